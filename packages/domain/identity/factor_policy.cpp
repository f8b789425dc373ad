#include "domain/identity/factor_policy.hpp"

#include <algorithm>

namespace gatehouse::domain {

bool requires_second_factor(bool required_of_all, const std::vector<std::string>& required_roles,
                            const std::vector<std::string>& roles) {
  return required_of_all || std::any_of(roles.begin(), roles.end(), [&](const std::string& role) {
           return std::find(required_roles.begin(), required_roles.end(), role) != required_roles.end();
         });
}

bool is_answerable(const MfaChallenge& challenge, std::int64_t credential_version, Timestamp now) {
  return challenge.state == ChallengeState::pending && now < challenge.expires_at &&
         challenge.wrong_codes < kChallengeTries && challenge.credential_version == credential_version;
}

WrongCode after_wrong_code(FactorCounts counts, FactorKind kind, std::int64_t wrong_codes, bool password_proved,
                           Timestamp now) {
  WrongCode result;
  auto& failures = counts.of(kind);
  const auto before = counts.totp.failures + counts.backup_code.failures;
  ++failures.failures;
  failures.last_failure_at = now;
  if (failures.failures >= kFactorLockedAfter && !failures.locked_at) {
    failures.locked_at = now;
    result.factor_locked_now = true;
  }
  result.counts = counts;
  result.challenge_wrong_codes = wrong_codes + 1;
  result.challenge_failed = result.challenge_wrong_codes >= kChallengeTries;
  result.password_exposed_now = password_proved && before + 1 >= kPasswordExposedAfter;
  return result;
}

FactorCounts after_right_code(FactorCounts counts, FactorKind kind) {
  counts.of(kind) = {};
  if (kind == FactorKind::backup_code && is_locked(counts.totp)) counts.totp = {};
  return counts;
}

}  // namespace gatehouse::domain
