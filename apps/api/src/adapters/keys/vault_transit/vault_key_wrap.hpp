#pragma once
// Data keys wrapped by a Transit key: they are stored as Vault's ciphertext and unwrapped once a process. Blocking on
// the first use of each key alone. Thread-safe.
#include "adapters/keys/key_wrap.hpp"
#include "adapters/keys/vault_transit/vault_client.hpp"

namespace gatehouse::adapters::keys {

class VaultKeyWrap : public KeyWrap {
 public:
  explicit VaultKeyWrap(VaultClient& vault) : vault_(vault) {}
  Result<std::string> wrap(const Secret<std::string>& key, std::string_view context) override;
  Result<Secret<std::string>> unwrap(std::string_view wrapped, std::string_view context) override;
  std::string name() const override;
  /// "vault:v3" of "vault:v3:…".
  std::string version_of(std::string_view wrapped) const override;
  /// Vault's key is known by what it opens; the value only says that Vault holds it.
  std::string check_value() const override { return "vault"; }

 private:
  VaultClient& vault_;
};

}  // namespace gatehouse::adapters::keys
