#pragma once
// LoginAttempt: the record of one try to sign in, right or wrong (the seed's LoginAttempt; table `login_attempts`).
// Admins query it and risk_assessment reads it; counting for delays is throttle_policy's, not this table's.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/identity/enum_text.hpp"
#include "domain/identity/ids.hpp"
#include "foundation/time.hpp"

namespace gatehouse::domain {

enum class AttemptOutcome { success, failure, challenged, refused };
GH_ENUM_NAMES(AttemptOutcome, "success", "failure", "challenged", "refused");

enum class AttemptFactor { password, totp, backup_code, emailed_code, oauth };
GH_ENUM_NAMES(AttemptFactor, "password", "totp", "backup_code", "emailed_code", "oauth");

enum class RiskLevel { low, medium, high };
GH_ENUM_NAMES(RiskLevel, "low", "medium", "high");

struct LoginAttempt {
  AttemptId id;
  Timestamp occurred_at;
  std::optional<UserId> user_id;
  std::string identifier_hmac;  ///< of the canonical address; the only form in which an unknown one is kept
  AttemptOutcome outcome = AttemptOutcome::failure;
  AttemptFactor factor = AttemptFactor::password;
  std::string reason;  ///< an error code's name, or empty on success
  std::string client_id;
  std::string ip;
  std::string network;  ///< network_key(ip)
  std::string user_agent;
  std::string device;
  std::optional<DeviceId> device_id;  ///< where the device was a known one
  Duration latency{};
  RiskLevel risk_level = RiskLevel::low;
  int risk_score = 0;
  std::vector<std::string> risk_reasons;
  std::string request_id;
};

}  // namespace gatehouse::domain
