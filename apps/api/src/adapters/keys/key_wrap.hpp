#pragma once
// What protects data keys at rest: the key-encryption key of the local provider, or a Transit key in Vault. Used by
// DataKeyring alone. Thread-safe; Vault's blocks on the network.
#include <string>
#include <string_view>

#include "foundation/result.hpp"
#include "foundation/secret.hpp"

namespace gatehouse::adapters::keys {

class KeyWrap {
 public:
  virtual ~KeyWrap() = default;
  /// Text safe in a row, bound to `context`.
  virtual Result<std::string> wrap(const Secret<std::string>& key, std::string_view context) = 0;
  /// The key. Returns `dependency_unavailable` when it can't be had now, `internal_error` when it never can.
  virtual Result<Secret<std::string>> unwrap(std::string_view wrapped, std::string_view context) = 0;
  /// Which key it is wrapped by, for the row and for people: "local:1a2b3c4d", "vault:gatehouse-encryption".
  virtual std::string name() const = 0;
  /// Which version of its key wrapped the text; one and the same where keys have no versions.
  virtual std::string version_of(std::string_view wrapped) const = 0;
  /// Known of the key without revealing it; kept as a fact, so that a wrong key is refused at start (decision 20).
  virtual std::string check_value() const = 0;
};

}  // namespace gatehouse::adapters::keys
