#pragma once
// The end of a flow that a client finishes itself: the code that the callback handed over, for what the flow was begun
// for (decision 23). A sign-in needs the client's code_verifier; a link or a reauthentication the very session that
// began it, so that nobody can finish another's flow. The code is spent in the transaction that acts on it.
#include <variant>

#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/link_account.hpp"
#include "modules/identity/application/provider_flow.hpp"
#include "modules/identity/application/sign_in_outcome.hpp"

namespace gatehouse::application {

/// What a code is for, so that the call that brings it can be judged. Nothing is spent.
struct CodeFacts {
  domain::OAuthIntent intent = domain::OAuthIntent::sign_in;
  std::string client_id;
};
/// Returns `invalid_state` for a code that is unknown, spent or expired.
Result<CodeFacts> look_at_exchange_code(const Dependencies& deps, const std::string& code);

struct ExchangeInput {
  std::string code;
  std::optional<Secret<std::string>> code_verifier;
  std::optional<std::string> device_token{};
};

struct AccountLinked {
  domain::Account account;
};
/// The same session with a new token.
struct Reauthenticated {
  SignedIn renewed;
};

/// A reauthentication whose provider can't prove a fresh login, or of an account with a second factor, ends in a
/// challenge that renews the session once it is answered.
using ExchangeOutcome = std::variant<SignInOutcome, AccountLinked, Reauthenticated>;

/// `caller`: of a link or a reauthentication. Returns `invalid_state` (also for a wrong verifier, and for another
/// session's code), `invalid_request` (code_verifier missing), `no_session`, `unknown_provider`; for a sign-in the
/// errors of sign_in_with_provider.hpp; for a link `account_linked_elsewhere`; for a reauthentication
/// `wrong_provider_account`, `invalid_provider_token` where the login was not fresh.
Result<ExchangeOutcome> exchange_provider_code(const Dependencies& deps, const ExchangeInput& input,
                                               const Caller* caller, const RequestInfo& request);

}  // namespace gatehouse::application
