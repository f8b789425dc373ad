#pragma once
// AuditCheckpoint: the signed head of the audit chain (table `audit_checkpoints`, decision 13). It leaves the store by
// topic, log line and anchor file, so that a store that was set back or rewritten is found out.
#include <cstdint>
#include <optional>
#include <string>

#include "foundation/time.hpp"

namespace gatehouse::domain {

struct AuditCheckpoint {
  std::int64_t sequence = 0;  ///< of the newest row it covers
  std::string hash;           ///< 32 bytes: that row's
  std::string jws;            ///< compact, `typ: audit-checkpoint+jws`, over {iss, sequence, hash, iat, segment_after?}
  Timestamp created_at;
  /// Signed by `gatehouse fence` alone: the log was set back to this row and went on anew from there, so what was
  /// signed earlier about later rows speaks of rows that were given up.
  std::optional<std::int64_t> segment_after{};

  /// Whether an earlier checkpoint speaks of a row that this one says was given up.
  bool sets_aside(const AuditCheckpoint& earlier) const {
    return segment_after && earlier.sequence > *segment_after && earlier.created_at <= created_at && earlier.jws != jws;
  }
};

}  // namespace gatehouse::domain
