#pragma once
// PendingSignUp: a sign-up whose address is not confirmed yet (table `pending_sign_ups`). There may be several for one
// address, also a taken one; none is a user. Its link confirms it and ends all others of the address, so nobody else's
// password survives the owner's click. Ends with its token.
#include <optional>
#include <string>

#include "domain/identity/ids.hpp"
#include "foundation/time.hpp"

namespace gatehouse::domain {

struct PendingSignUp {
  PendingSignUpId id;
  std::string email;
  std::string email_canonical;
  std::string password_hash;  ///< with the account's own salt and parameters where the address is taken
  std::optional<std::string> name;
  std::optional<std::string> locale;
  std::string client_id;
  Timestamp created_at;
  Timestamp expires_at;
};

}  // namespace gatehouse::domain
