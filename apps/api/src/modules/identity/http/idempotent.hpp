#pragma once
// The wrapper around admin POSTs that makes `Idempotency-Key` good: the first call is carried out, a repeat is answered
// as that one was, the same key with another request is 422, and a repeat while the first is under way waits for it.
#include <functional>

#include "modules/identity/application/caller.hpp"
#include "modules/identity/http/api.hpp"
#include "server/request.hpp"
#include "server/response.hpp"

namespace gatehouse::http {

/// Runs the story at most once per caller and key; without the header, simply runs it. What failed is not remembered:
/// nothing was done, so a repeat tries again. Returns `invalid_request` for a malformed key, `idempotency_key_reused`,
/// `conflict` when the first call did not end in time.
Result<server::Response> run_idempotent(const Api& api, const server::Request& request,
                                        const application::Caller& caller,
                                        const std::function<Result<server::Response>()>& story);

}  // namespace gatehouse::http
