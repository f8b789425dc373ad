#pragma once
// Audit chain: how audit rows are bound to each other, so that a changed, removed or reordered row shows. Each row's
// hash covers its own canonical bytes and the hash before it; personal data is covered by a salted digest alone, so
// that erasing it leaves the chain whole. The sealer makes links, `gatehouse audit verify` follows them. The hash
// function is passed in, since the domain has no cryptography. `details` must come back from the store byte for byte:
// keep it as text, not as normalised JSON. Pure; an AuditChain is one thread's.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "domain/identity/audit_entry.hpp"

namespace gatehouse::domain {

/// SHA-256: 32 raw bytes.
using Sha256 = std::function<std::string(std::string_view)>;

/// What the first row follows: 32 zero bytes.
std::string genesis_hash();

/// The digest that stays when personal data goes: over the salt and the text. A salt is 16 random bytes, so nothing can
/// be guessed from a digest whose salt is gone.
std::string personal_digest(std::string_view salt, std::string_view personal, const Sha256& sha256);

/// The bytes that a row's hash covers: a version line, then every field as LENGTH:BYTES, in a fixed order, times as
/// microseconds. Different rows never give the same bytes.
std::string canonical_bytes(const AuditEntry& entry);

/// What is wrong with a row, by `audit verify`.
enum class ChainFault { unsealed, gap, wrong_previous, wrong_hash, wrong_personal };
GH_ENUM_NAMES(ChainFault, "unsealed", "gap", "wrong_previous", "wrong_hash", "wrong_personal");

/// A place in the chain: the last row's sequence and hash. Checkpoints sign one of these.
struct ChainHead {
  std::int64_t sequence = 0;
  std::string hash = genesis_hash();

  bool operator==(const ChainHead&) const = default;
};

class AuditChain {
 public:
  /// Goes on after `head`: the genesis, the sealer's last row, or the signed end of a segment that retention dropped.
  explicit AuditChain(Sha256 sha256, ChainHead head = {});

  /// Gives the next row its sequence, previous hash and hash.
  void seal(AuditEntry& entry);
  /// Whether the row is the next one, and whole. On a fault the head stays. Personal data that was erased is no fault.
  std::optional<ChainFault> verify(const AuditEntry& entry);

  const ChainHead& head() const { return head_; }

 private:
  Sha256 sha256_;
  ChainHead head_;
};

}  // namespace gatehouse::domain
