#pragma once
// What other services of the platform call with their keys: introspection, and the two feeds that they follow; and what
// the mail provider calls.
#include "modules/identity/http/row.hpp"

namespace gatehouse::http {

/// RFC 7662, as form or JSON.
Result<server::Response> introspect(const Api& api, const server::Request& request, const application::Caller& caller);
/// Long poll by `wait`.
Result<server::Response> list_revocations(const Api& api, const server::Request& request,
                                          const application::Caller& caller);
/// Long poll by `wait`.
Result<server::Response> list_events(const Api& api, const server::Request& request, const application::Caller& caller);

/// A delivery report of Resend; its signature is the proof.
Result<server::Response> receive_mail_report(const Api& api, const server::Request& request);

}  // namespace gatehouse::http
