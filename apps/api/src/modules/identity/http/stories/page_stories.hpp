#pragma once
// The pages that mailed links and sign-ins with a provider lead to where the platform has none of its own.
#include "modules/identity/http/row.hpp"

namespace gatehouse::http {

Result<server::Response> verify_email_page(const Api& api, const server::Request& request);
Result<server::Response> reset_password_page(const Api& api, const server::Request& request);
Result<server::Response> accept_invitation_page(const Api& api, const server::Request& request);
Result<server::Response> confirm_email_page(const Api& api, const server::Request& request);
Result<server::Response> undo_email_page(const Api& api, const server::Request& request);
Result<server::Response> not_me_page(const Api& api, const server::Request& request);
Result<server::Response> cancel_deletion_page(const Api& api, const server::Request& request);
Result<server::Response> sign_in_page(const Api& api, const server::Request& request);
/// 303 to where people sign in: whoever opens the service's address in a browser.
Result<server::Response> front_door(const Api& api, const server::Request& request);
Result<server::Response> mfa_page(const Api& api, const server::Request& request);
Result<server::Response> error_page_for_people(const Api& api, const server::Request& request);

}  // namespace gatehouse::http
