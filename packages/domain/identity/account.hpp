#pragma once
// Account: one provider's account linked to a user (the seed's Account; table `accounts`). Its identity is (issuer,
// subject) and nothing else: an address never links by itself, see linking_policy.hpp.
#include <optional>
#include <string>

#include "domain/identity/ids.hpp"
#include "foundation/time.hpp"

namespace gatehouse::domain {

struct Account {
  AccountId id;
  UserId user_id;
  std::string provider;              ///< the configuration's name, e.g. "google"
  std::string issuer;                ///< e.g. "https://accounts.google.com"; unique together with subject
  std::string subject;               ///< the provider's immutable id of the person
  std::optional<std::string> email;  ///< as the provider last said; for display alone
  bool email_verified = false;       ///< the provider's word for it
  std::optional<std::string> name;
  std::optional<std::string> sealed_tokens;  ///< the provider's tokens, sealed for this issuer and subject; only
                                             ///< with `oauth.store_tokens`
  Timestamp created_at;
  std::optional<Timestamp> last_used_at;
};

}  // namespace gatehouse::domain
