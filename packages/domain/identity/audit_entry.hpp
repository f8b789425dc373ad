#pragma once
// AuditEntry: a row of the audit log (the seed's AuthAuditLog; table `auth_audit_log`). Written complete, without
// position, in the transaction of its cause; the sealer gives it sequence and chain link. Personal data sits apart, so
// that erasure leaves the chain whole: see audit_chain.hpp. Names of actions: audit_actions.hpp.
#include <cstdint>
#include <optional>
#include <string>

#include "domain/identity/enum_text.hpp"
#include "domain/identity/ids.hpp"
#include "foundation/time.hpp"

namespace gatehouse::domain {

/// Who did it. `operator` is a C++ keyword, hence the underscore; its text has none.
enum class ActorType { user, service, system, anonymous, operator_ };
GH_ENUM_NAMES(ActorType, "user", "service", "system", "anonymous", "operator");

enum class AuditOutcome { success, failure, denied };
GH_ENUM_NAMES(AuditOutcome, "success", "failure", "denied");

struct AuditEntry {
  AuditId id;
  Timestamp occurred_at;
  ActorType actor_type = ActorType::system;
  std::string actor_id;    ///< user id, service name or operator's login; empty for system and anonymous
  std::string subject_id;  ///< the user it was done to; empty where none is concerned
  std::string action;      ///< one of audit_actions.hpp
  AuditOutcome outcome = AuditOutcome::success;
  std::string reason;  ///< an error code's name or what the actor gave as reason code; never free personal text
  std::string request_id;
  std::string details = "{}";            ///< JSON object without personal data
  std::string personal = "{}";           ///< JSON object: ip, user agent, device, address …; empty text once erased
  std::string personal_salt;             ///< 16 random bytes; erased together with `personal`
  std::string personal_digest;           ///< 32 bytes: SHA-256 over salt and personal; stays
  std::optional<std::int64_t> sequence;  ///< set by the sealer, gapless from 1
  std::string previous_hash;             ///< 32 bytes; set by the sealer
  std::string hash;                      ///< 32 bytes; set by the sealer
};

}  // namespace gatehouse::domain
