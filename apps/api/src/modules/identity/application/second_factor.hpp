#pragma once
// Judging a code of a second factor, wherever one is asked for: a sign-in's challenge, a service's, reauthentication, a
// guarded reset. Two steps, since neither Argon2id nor Vault may be waited for inside a transaction:
//
//   GH_TRY(const auto given, prepare_code(deps, user.id, kind, code));          // opens or hashes; judges nothing
//   GH_TRY(const bool right, judge_code(tx, record, deps, user, given, …));     // counts first, then compares
//
// Every comparison is admitted by one guarded statement that counts it as a failure beforehand, so that parallel tries
// can't outrun the lock; a right one then clears its own count (decision 9).
#include <optional>
#include <string>
#include <string_view>

#include "domain/identity/factor_policy.hpp"
#include "modules/identity/application/record.hpp"

namespace gatehouse::application {

/// A code as it was given, with what must be computed before it can be judged.
struct GivenCode {
  domain::FactorKind kind = domain::FactorKind::totp;
  Secret<std::string> text;                 ///< without spaces and hyphens
  std::optional<domain::FactorId> totp_id;  ///< the secret that was opened; another one since makes it wrong
  Secret<std::string> totp_secret;
  std::string backup_hash;
};

/// Opens the TOTP secret, or hashes the backup code once, also where none exists. Returns `dependency_unavailable` or
/// `overloaded`, and then nothing was counted.
Result<GivenCode> prepare_code(const Dependencies& deps, const domain::UserId& user, domain::FactorKind kind,
                               const Secret<std::string>& code);

/// What the try was made in.
struct CodeTry {
  bool password_proved = false;         ///< then ten wrong ones mean that somebody else knows the password
  std::int64_t wrong_codes_before = 0;  ///< in this challenge
};

enum class CodeVerdict { right, wrong, wrong_and_over };  ///< over: the challenge's last try

/// Counts and judges. A right code is spent: its step or backup code is never accepted again. A wrong one may lock the
/// factor and expose the password. Commit whatever the verdict is.
Result<CodeVerdict> judge_code(ports::Tx& tx, Record& record, const Dependencies& deps, const domain::User& user,
                               const GivenCode& given, const CodeTry& in, Timestamp now);

/// Spaces and hyphens are ignored in codes.
Secret<std::string> without_separators(std::string_view code);

/// "totp" or "backup_code"; returns `invalid_request` for another.
Result<domain::FactorKind> factor_kind(std::string_view method);

}  // namespace gatehouse::application
