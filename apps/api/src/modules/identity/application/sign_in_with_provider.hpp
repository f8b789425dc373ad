#pragma once
// A sign-in by a provider's word, once the provider has said who it is: callback, exchange and the native sheets all
// end here. Identity is (issuer, subject); what else an arrival leads to (a new account, a take-over, a link, a
// refusal) is domain/linking_policy's table, asked inside the one transaction that acts on it.
#include <functional>
#include <optional>

#include "modules/identity/application/link_account.hpp"
#include "modules/identity/application/sign_in_outcome.hpp"

namespace gatehouse::application {

struct ProviderSignInInput {
  ProviderArrival arrival;
  const ClientSettings& client;
  std::optional<std::string> device_token{};
  std::optional<std::string> given_name{};  ///< what the app says, where the provider gives no name (Apple's sheet)
  Timestamp started{};
  /// Takes the ticket that this sign-in spends, in the same transaction; its error ends the story.
  std::function<Result<>(ports::Tx&)> spend = [](ports::Tx&) -> Result<> { return {}; };
};

/// A session, a challenge or the duty to enrol. Returns `account_exists`, `provider_email_unverified`,
/// `provider_email_missing`, `sign_up_closed`, `account_disabled`, `email_unverified`, `throttled` (new accounts from
/// one network, mailed codes), and what `spend` returns. A refusal leaves an attempt and an audit row, and nothing
/// else.
Result<SignInOutcome> sign_in_with_provider(const Dependencies& deps, const ProviderSignInInput& input,
                                            const RequestInfo& request);

/// What of this can be said already before the exchange: the same refusals, or nothing. Puts a refusal on record.
Result<> check_provider_sign_in(const Dependencies& deps, const ProviderSignInInput& input, const RequestInfo& request);

}  // namespace gatehouse::application
