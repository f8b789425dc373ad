#pragma once
// `gatehouse audit verify`: proof that the audit log is whole. Every row's hash and link is computed anew, every
// checkpoint's signature is checked and compared with the row it names, and an anchor that was kept elsewhere shows
// whether the store was set back or its tail cut.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "modules/identity/application/dependencies.hpp"

namespace gatehouse::application {

struct AuditReport {
  std::int64_t rows = 0;
  std::int64_t unsealed = 0;  ///< committed and not yet in the chain: the sealer has them in a quarter of a second
  std::int64_t erased = 0;    ///< rows whose personal part was erased; they still verify
  std::int64_t checkpoints = 0;
  std::int64_t set_aside = 0;  ///< checkpoints of rows that a `gatehouse fence` gave up, by its own signature
  std::int64_t last_sequence = 0;
  std::vector<std::string> faults;  ///< one sentence each; empty when the log is whole

  bool whole() const { return faults.empty(); }
};

/// Reads the whole log, a thousand rows at a time. `anchors`: checkpoints (compact JWS) kept outside the store.
/// Stops after a hundred faults.
Result<AuditReport> verify_audit(const Dependencies& deps, const std::vector<std::string>& anchors);

}  // namespace gatehouse::application
