#pragma once
// A person's account: profile, address, password, second factors, step-up; and what mailed links lead to. Each parses,
// calls one use case, and renders; no rule and no SQL is here.
#include "modules/identity/http/row.hpp"

namespace gatehouse::http {

// challenges and step-up
Result<server::Response> create_challenge(const Api& api, const server::Request& request,
                                          const application::Caller& caller);
Result<server::Response> get_challenge(const Api& api, const server::Request& request,
                                       const application::Caller& caller);
Result<server::Response> verify_challenge(const Api& api, const server::Request& request);
Result<server::Response> reauthenticate(const Api& api, const server::Request& request,
                                        const application::Caller& caller);

// second factors; the first two take an enrolment token in place of a session
Result<server::Response> enroll_totp(const Api& api, const server::Request& request);
Result<server::Response> confirm_totp(const Api& api, const server::Request& request);
Result<server::Response> my_mfa(const Api& api, const server::Request& request, const application::Caller& caller);
Result<server::Response> remove_totp(const Api& api, const server::Request& request, const application::Caller& caller);
Result<server::Response> create_backup_codes(const Api& api, const server::Request& request,
                                             const application::Caller& caller);

// passwords
Result<server::Response> forgot_password(const Api& api, const server::Request& request);
Result<server::Response> reset_password(const Api& api, const server::Request& request);
Result<server::Response> change_my_password(const Api& api, const server::Request& request,
                                            const application::Caller& caller);

// the account itself
Result<server::Response> get_me(const Api& api, const server::Request& request, const application::Caller& caller);
Result<server::Response> patch_me(const Api& api, const server::Request& request, const application::Caller& caller);
Result<server::Response> delete_me(const Api& api, const server::Request& request, const application::Caller& caller);
Result<server::Response> export_me(const Api& api, const server::Request& request, const application::Caller& caller);
Result<server::Response> change_my_email(const Api& api, const server::Request& request,
                                         const application::Caller& caller);

// what mailed links lead to
Result<server::Response> confirm_email_change(const Api& api, const server::Request& request);
Result<server::Response> undo_email_change(const Api& api, const server::Request& request);
Result<server::Response> accept_invitation(const Api& api, const server::Request& request);
Result<server::Response> report_not_me(const Api& api, const server::Request& request);
Result<server::Response> cancel_deletion(const Api& api, const server::Request& request);

}  // namespace gatehouse::http
