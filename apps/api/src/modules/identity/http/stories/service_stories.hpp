#pragma once
// What the service says of itself: keys, metadata, the contract, errors, health; and the development helpers.
#include "modules/identity/http/row.hpp"

namespace gatehouse::http {

Result<server::Response> jwks(const Api& api, const server::Request& request);
Result<server::Response> server_metadata(const Api& api, const server::Request& request);
Result<server::Response> openapi(const Api& api, const server::Request& request);
Result<server::Response> error_page(const Api& api, const server::Request& request);

Result<server::Response> healthz(const Api& api, const server::Request& request);
/// On the main listener: the status alone.
Result<server::Response> readyz(const Api& api, const server::Request& request);
/// On the ops listener: each dependency named.
Result<server::Response> readyz_in_detail(const Api& api, const server::Request& request);
Result<server::Response> metrics(const Api& api, const server::Request& request);

Result<server::Response> dev_mailbox(const Api& api, const server::Request& request);
Result<server::Response> dev_clear_mailbox(const Api& api, const server::Request& request);
Result<server::Response> dev_create_user(const Api& api, const server::Request& request);
Result<server::Response> dev_clock(const Api& api, const server::Request& request);
Result<server::Response> dev_reset(const Api& api, const server::Request& request);

}  // namespace gatehouse::http
