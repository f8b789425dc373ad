#pragma once
// AuditCheckpoint: the signed head of the audit chain (table `audit_checkpoints`, decision 13). It leaves the store by
// topic, log line and anchor file, so that a store that was set back or rewritten is found out.
#include <cstdint>
#include <string>

#include "foundation/time.hpp"

namespace gatehouse::domain {

struct AuditCheckpoint {
  std::int64_t sequence = 0;  ///< of the newest row it covers
  std::string hash;           ///< 32 bytes: that row's
  std::string jws;            ///< compact, `typ: audit-checkpoint+jws`, over {iss, sequence, hash, iat}
  Timestamp created_at;
};

}  // namespace gatehouse::domain
