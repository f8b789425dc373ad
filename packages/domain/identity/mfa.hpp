#pragma once
// The second factor: the authenticator's secret (the seed's UserMfaSecret; table `user_mfa_secrets`), backup codes
// (MfaBackupCode; `mfa_backup_codes`) and the challenge that stands between a right password and a session
// (`mfa_challenges`). Counting, locking and what a wrong code leads to: factor_policy.hpp.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/identity/authentication.hpp"
#include "domain/identity/ids.hpp"
#include "foundation/time.hpp"

namespace gatehouse::domain {

enum class FactorKind { totp, backup_code };
GH_ENUM_NAMES(FactorKind, "totp", "backup_code");

/// Wrong answers to one kind of factor of one user since its last right one, across challenges.
struct FactorFailures {
  std::int64_t failures = 0;
  std::optional<Timestamp> last_failure_at;
  std::optional<Timestamp> locked_at;  ///< since then it answers no more

  bool operator==(const FactorFailures&) const = default;
};

struct TotpSecret {
  FactorId id;
  UserId user_id;
  std::string sealed_secret;              ///< AES-256-GCM with the user's id as associated data
  std::optional<Timestamp> confirmed_at;  ///< no factor before that
  std::int64_t last_step = -1;            ///< the last time step accepted; only greater ones are
  FactorFailures failures;
  Timestamp created_at;
};

struct BackupCode {
  FactorId id;
  UserId user_id;
  std::string code_hash;  ///< Argon2id output; the set of a user shares one salt, so one hash tries them all
  std::string salt;
  std::optional<Timestamp> used_at;
  Timestamp created_at;
};

/// Wrong backup codes are counted per user, whether or not codes exist (table `mfa_backup_code_sets`).
struct BackupCodeSet {
  UserId user_id;
  std::string salt;
  FactorFailures failures;
  Timestamp created_at;
};

enum class ChallengeState { pending, verified, failed };
GH_ENUM_NAMES(ChallengeState, "pending", "verified", "failed");

/// A sign-in's challenge ends in a session of its client; a service's (`service` set) ends in a statement alone.
struct MfaChallenge {
  ChallengeId id;
  std::string token_hash;  ///< 32 bytes: SHA-256 of the whole `gthc_…`
  UserId user_id;
  std::string client_id;
  std::string purpose;                    ///< "sign_in", or what the asking service calls it
  std::optional<std::string> service;     ///< the asking service's name
  std::vector<std::string> first_factor;  ///< amr of what was proved before; empty where a service asked
  std::int64_t credential_version = 0;    ///< of the user when made; a change since then voids it
  std::int64_t wrong_codes = 0;
  Timestamp created_at;
  Timestamp expires_at;
  ChallengeState state = ChallengeState::pending;
  std::optional<Timestamp> verified_at;
  std::vector<std::string> verified_amr;  ///< once verified
  std::optional<DeviceId> device_id;      ///< the known device the first factor came from
  std::string ip;
  std::string user_agent;
  std::optional<std::string> cookie_hash;  ///< cookie clients: SHA-256 of the browser's challenge cookie
  std::optional<SessionId> session_id;     ///< the live session to renew, where one is proved again; else one is made
};

}  // namespace gatehouse::domain
