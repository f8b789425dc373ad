#pragma once
// Second factors and the challenges that ask for them. Every spend is one guarded statement.
#include "domain/identity/mfa.hpp"
#include "foundation/result.hpp"

namespace gatehouse::ports {

class Factors {
 public:
  virtual ~Factors() = default;
  /// The user's TOTP secret, confirmed or not, with its counter. `sealed_secret` is kept as it is: the application
  /// seals and opens it outside the transaction (DataPurpose::totp_secret, context: the user's id).
  virtual Result<std::optional<domain::TotpSecret>> find_totp(const domain::UserId& user) = 0;
  /// Replaces an unconfirmed secret; returns `already_enrolled` when a confirmed one is there.
  virtual Result<> put_totp(const domain::TotpSecret& secret) = 0;
  /// Confirms this secret of the user's and records `step`; false when it was confirmed before, was replaced by
  /// another, or is gone.
  virtual Result<bool> confirm_totp(const domain::UserId& user, const domain::FactorId& secret, std::int64_t step,
                                    Timestamp now) = 0;
  /// Accepts `step` only if it is greater than the last accepted one and the factor is not locked. RFC 6238 5.2.
  virtual Result<bool> accept_totp_step(const domain::UserId& user, std::int64_t step) = 0;
  virtual Result<bool> remove_totp(const domain::UserId& user) = 0;

  /// Counters of wrong codes since the last right one, per factor (`totp` or `backup_code`), across challenges.
  virtual Result<domain::FactorFailures> find_counter(const domain::UserId& user, domain::FactorKind factor) = 0;
  /// Adds one try if the counter is below `limit` and not locked, in one statement; the new count, or nothing. The try
  /// that reaches `limit` locks the factor, until clear_counter() (which a right code calls).
  virtual Result<std::optional<std::int64_t>> spend_try(const domain::UserId& user, domain::FactorKind factor,
                                                        int limit, Timestamp now) = 0;
  /// Clears the factor's own counter and lock (after success, or by support).
  virtual Result<> clear_counter(const domain::UserId& user, domain::FactorKind factor) = 0;

  /// Replaces the whole set.
  virtual Result<> replace_backup_codes(const domain::UserId& user, const std::vector<domain::BackupCode>& codes) = 0;
  /// Unused codes of the present set; they share one salt.
  virtual Result<std::vector<domain::BackupCode>> list_backup_codes(const domain::UserId& user) = 0;
  /// Takes an unused code; false when it was used meanwhile or the set was replaced.
  virtual Result<bool> consume_backup_code(const domain::FactorId& id, Timestamp now) = 0;
  virtual Result<> remove_backup_codes(const domain::UserId& user) = 0;
};

class Challenges {
 public:
  virtual ~Challenges() = default;
  virtual Result<> add(const domain::MfaChallenge& challenge) = 0;
  virtual Result<std::optional<domain::MfaChallenge>> find(const domain::ChallengeId& id) = 0;
  /// Counts one in `wrong_codes` if the challenge is pending, unexpired and below `limit`; false otherwise.
  virtual Result<bool> spend_try(const domain::ChallengeId& id, int limit, Timestamp now) = 0;
  /// pending -> verified; false when it was finished, failed or expired before. At most one caller gets true.
  virtual Result<bool> finish(const domain::ChallengeId& id, const std::vector<std::string>& amr, Timestamp now) = 0;
  virtual Result<> fail(const domain::ChallengeId& id) = 0;
  virtual Result<int> remove_for_user(const domain::UserId& user) = 0;
  virtual Result<int> remove_expired(Timestamp now, int limit) = 0;
};

}  // namespace gatehouse::ports
