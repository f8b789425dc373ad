#pragma once
// User: a person with one account here, the noun everything else hangs on (the seed's User; table `users`). A plain
// row: rules are in the decisions (credential_policy, compliance_policy …), which never change it in place.
#include <cstdint>
#include <optional>
#include <string>

#include "domain/identity/enum_text.hpp"
#include "domain/identity/ids.hpp"
#include "foundation/time.hpp"

namespace gatehouse::domain {

/// Whether the account may be used. `pending_deletion` is inside its grace period: see deletion_policy.hpp.
enum class UserStatus { active, disabled, pending_deletion };
GH_ENUM_NAMES(UserStatus, "active", "disabled", "pending_deletion");

/// Whether a document check has shown who the person is. Legal steps: compliance_policy.hpp.
enum class IdentityVerification { unverified, pending, verified, rejected, expired };
GH_ENUM_NAMES(IdentityVerification, "unverified", "pending", "verified", "rejected", "expired");

/// Sanctions (OFAC) screening, in full. Only unscreened, pending and clear are ever shown to the person.
enum class Screening { unscreened, pending, clear, possible_match, confirmed_match };
GH_ENUM_NAMES(Screening, "unscreened", "pending", "clear", "possible_match", "confirmed_match");

struct User {
  UserId id;
  std::string email;            ///< as the person wrote it; where mail goes
  std::string email_canonical;  ///< lower case, A-label domain; unique
  std::optional<Timestamp> email_verified_at;
  std::optional<std::string> name;
  std::optional<std::string> locale;   ///< BCP 47
  std::optional<std::string> picture;  ///< https URL
  UserStatus status = UserStatus::active;
  std::optional<std::string> status_reason;
  std::optional<std::string> password_hash;  ///< Argon2id in PHC form; none where the person only uses a provider
  std::optional<Timestamp> password_changed_at;
  std::int64_t credential_version = 1;  ///< counts up with every change of how the person signs in
  bool password_exposed = false;        ///< ten wrong codes followed right passwords: see factor_policy.hpp
  bool reset_required = false;          ///< set by "not me", by support and by an import without a hash
  IdentityVerification identity_verification = IdentityVerification::unverified;
  Screening screening = Screening::unscreened;
  Screening screening_public = Screening::unscreened;  ///< what the person and JWTs see: unscreened, pending or clear
  bool compliance_hold = false;                        ///< erasure waits until it is released
  std::optional<Timestamp> deletion_due_at;            ///< end of the grace period, with pending_deletion
  std::optional<Timestamp> reset_guard_until;  ///< until then self-service reset needs a second factor (email_policy)
  bool mail_undeliverable = false;             ///< a bounce or a complaint came back
  Timestamp created_at;
  Timestamp updated_at;
  std::optional<Timestamp> last_sign_in_at;
  std::int64_t version = 1;  ///< ETag of the user; counts up with every write

  bool email_verified() const { return email_verified_at.has_value(); }
  bool has_password() const { return password_hash.has_value(); }
};

}  // namespace gatehouse::domain
