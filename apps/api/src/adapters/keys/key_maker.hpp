#pragma once
// Makes signing keys: with the private half sealed into the row, or as a new version of a key that never leaves Vault.
// Used by KeyManager. Blocking.
#include <vector>

#include "domain/identity/signing_key.hpp"
#include "foundation/result.hpp"
#include "foundation/time.hpp"

namespace gatehouse::adapters::keys {

class KeyMaker {
 public:
  virtual ~KeyMaker() = default;
  virtual domain::SigningKeyProvider provider() const = 0;
  /// A new key, pending, not yet in the store; `existing` are all keys that are. Returns `dependency_unavailable` when
  /// it can't be made now.
  virtual Result<domain::SigningKey> make(domain::SigningAlgorithm algorithm, domain::SigningPurpose purpose,
                                          const std::vector<domain::SigningKey>& existing, Timestamp now) = 0;
};

}  // namespace gatehouse::adapters::keys
