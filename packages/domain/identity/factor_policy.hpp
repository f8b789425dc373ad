#pragma once
// Factor policy: what right and wrong codes of a second factor lead to (ASVS 6.5, 6.6.3). Three bounds at once: a
// challenge dies at 5 wrong codes; 10 wrong ones since the last right one mean that somebody else knows the password;
// a factor locks at 50. TOTP and backup codes are counted apart, across challenges, and a right password resets
// neither. Holds even with throttling off. Pure; the store guards each new state.
#include <cstdint>
#include <string>
#include <vector>

#include "domain/identity/mfa.hpp"

namespace gatehouse::domain {

inline constexpr std::int64_t kChallengeTries = 5;
inline constexpr std::int64_t kPasswordExposedAfter = 10;
inline constexpr std::int64_t kFactorLockedAfter = 50;
inline constexpr Duration kChallengeLifetime = std::chrono::minutes(5);
inline constexpr std::size_t kBackupCodes = 10;
inline constexpr std::size_t kFewBackupCodesLeft = 3;  ///< from here on the mail says that few are left

/// `[mfa]`: whether this user must have a second factor.
bool requires_second_factor(bool required_of_all, const std::vector<std::string>& required_roles,
                            const std::vector<std::string>& roles);

/// Whether the challenge may still be answered: pending, in time, fewer than five wrong codes, and the user's
/// credentials the same as when it was made. Otherwise it answers `challenge_expired`.
bool is_answerable(const MfaChallenge& challenge, std::int64_t credential_version, Timestamp now);

/// Whether a code of the time step may be accepted: only steps after the last accepted one.
inline bool accepts_step(const TotpSecret& secret, std::int64_t step) { return step > secret.last_step; }

/// The wrong answers to both kinds, which the exposure of the password counts together.
struct FactorCounts {
  FactorFailures totp;
  FactorFailures backup_code;

  FactorFailures& of(FactorKind kind) { return kind == FactorKind::totp ? totp : backup_code; }
  const FactorFailures& of(FactorKind kind) const { return kind == FactorKind::totp ? totp : backup_code; }
};

/// A locked factor answers `invalid_code` to right codes too.
inline bool is_locked(const FactorFailures& failures) { return failures.locked_at.has_value(); }

struct WrongCode {
  FactorCounts counts;
  std::int64_t challenge_wrong_codes = 0;
  bool challenge_failed = false;  ///< the challenge is over
  bool factor_locked_now = false;
  bool password_exposed_now = false;  ///< set password_exposed and mail the owner; only where a password was proved
};

/// After a wrong code in a challenge with `wrong_codes` so far. `password_proved`: its first factor was the password.
WrongCode after_wrong_code(FactorCounts counts, FactorKind kind, std::int64_t wrong_codes, bool password_proved,
                           Timestamp now);

/// After a right code: its own count ends; a backup code frees a locked TOTP besides.
FactorCounts after_right_code(FactorCounts counts, FactorKind kind);

}  // namespace gatehouse::domain
