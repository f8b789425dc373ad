#pragma once
// Sign-in with providers: what browsers walk through (start, callback), what front ends and apps call, and a person's
// linked accounts. Each parses, calls one use case, and renders; no rule and no SQL is here.
#include "modules/identity/http/row.hpp"

namespace gatehouse::http {

Result<server::Response> list_providers(const Api& api, const server::Request& request);

// A browser's way to the provider and back; both answer 303.
Result<server::Response> start_provider_sign_in(const Api& api, const server::Request& request);
Result<server::Response> finish_provider_sign_in(const Api& api, const server::Request& request);
/// Apple's answer: the same as a form that its page posts.
Result<server::Response> finish_provider_sign_in_by_form(const Api& api, const server::Request& request);

// These prove their callers themselves: it depends on what the flow is for.
Result<server::Response> authorize_with_provider(const Api& api, const server::Request& request);
Result<server::Response> exchange_provider_code(const Api& api, const server::Request& request);

Result<server::Response> create_provider_nonce(const Api& api, const server::Request& request);
Result<server::Response> sign_in_with_id_token(const Api& api, const server::Request& request);

Result<server::Response> list_my_accounts(const Api& api, const server::Request& request,
                                          const application::Caller& caller);
Result<server::Response> unlink_my_account(const Api& api, const server::Request& request,
                                           const application::Caller& caller);

}  // namespace gatehouse::http
