#pragma once
// What a provider said of a person, kept sealed between callback and exchange, and its tokens as an account keeps them.
#include <string>

#include "modules/identity/application/dependencies.hpp"

namespace gatehouse::application {

/// Between the callback and the exchange of its code.
struct ProvedIdentity {
  ports::ProviderIdentity identity;          ///< without its tokens
  std::optional<std::string> sealed_tokens;  ///< as seal_tokens() made them
  std::string redirect_to;
  std::optional<std::string> code_challenge;
  Timestamp started_at;  ///< of the flow: a fresh login lies after it
};

/// The payload of a ticket of kind `code`. Returns `dependency_unavailable`.
Result<std::string> seal_proved(const Dependencies& deps, const std::string& provider, const ProvedIdentity& proved);
/// Returns `dependency_unavailable`, or `invalid_state` for what is not such a payload.
Result<ProvedIdentity> open_proved(const Dependencies& deps, const std::string& provider, std::string_view payload);

/// What the context of an account's sealed tokens begins with; issuer, a line end and subject follow.
inline constexpr std::string_view kAccountTokensContext = "account-tokens\n";

/// The provider's tokens as `accounts.sealed_tokens` keeps them: nothing unless `oauth.store_tokens` is on and there
/// are some. Bound to issuer and subject. Call it outside of transactions. Returns `dependency_unavailable`.
Result<std::optional<std::string>> seal_tokens(const Dependencies& deps, const ports::ProviderIdentity& identity);

}  // namespace gatehouse::application
