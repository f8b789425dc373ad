#pragma once
// What a request carries to say who calls, and from where. Authorization decides where it is sent; the cookie is
// ignored then (decision 3). Client address and user agent are believed from a header only with the service key that
// permits it (decision 4).
#include <optional>
#include <string>
#include <string_view>

#include "modules/identity/application/request_info.hpp"
#include "modules/identity/http/api.hpp"
#include "server/request.hpp"

namespace gatehouse::http {

struct Credentials {
  std::optional<std::string_view> bearer;
  std::optional<std::string_view> cookie;  ///< the session cookie's value, where no Authorization came
};

/// Returns `no_session` for another scheme than Bearer, a malformed header, or two session cookies.
Result<Credentials> find_credentials(const Api& api, const server::Request& request);

/// Where the call came from, the browser behind a trusted back end included.
/// Returns `invalid_service_key` or `forbidden` for a service key that does not allow that.
Result<application::RequestInfo> request_info(const Api& api, const server::Request& request);

/// The client that a call names, `otherwise` where it names none. Returns `invalid_client` for an empty name.
Result<std::string> named_client(const std::optional<std::string>& client_id, std::string_view otherwise = "default");

/// The origin rule for a call that carries or sets a cookie of the client. Returns `cross_origin`.
Result<> check_origin(const Api& api, const server::Request& request, const application::ClientSettings& client);

}  // namespace gatehouse::http
