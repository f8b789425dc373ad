#pragma once
// The keys of an installation, by `[keys] provider`: what encrypts at rest, what signs, and what rotates. With Vault
// sealed at start the service comes up all the same, degraded (decision 20); with the local provider a wrong
// key-encryption key is refused at once.
#include <memory>

#include "adapters/keys/data_keyring.hpp"
#include "adapters/keys/key_manager.hpp"
#include "adapters/keys/refreshable.hpp"
#include "adapters/keys/vault_transit/vault_client.hpp"
#include "adapters/storage/sql/store.hpp"
#include "config/config.hpp"
#include "modules/identity/ports/token_signer.hpp"

namespace gatehouse::composition {

class KeyServices {
 public:
  /// Errors carry one line for the operator in `detail`.
  static Result<std::unique_ptr<KeyServices>> open(const config::Config& config, adapters::sql::SqlStore& store,
                                                   const ports::Clock& clock);
  ~KeyServices();
  KeyServices(const KeyServices&) = delete;
  KeyServices& operator=(const KeyServices&) = delete;

  adapters::keys::DataKeyring& keyring() { return *keyring_; }
  adapters::keys::KeyManager& manager() { return *manager_; }
  ports::TokenSigner& signer() { return *signer_; }
  adapters::keys::Refreshable& refreshable() { return *refreshable_; }
  /// None with local keys.
  adapters::keys::VaultClient* vault() { return vault_.get(); }

  /// What start() could not do while Vault was away: data keys unwrapped, signing keys made. Called until it succeeds.
  Result<> finish_start();

 private:
  KeyServices(adapters::sql::SqlStore& store, const ports::Clock& clock) : store_(store), clock_(clock) {}
  Result<> use_local(const config::Config& config);
  void use_vault(const config::Config& config);

  adapters::sql::SqlStore& store_;
  const ports::Clock& clock_;
  std::unique_ptr<adapters::keys::VaultClient> vault_;
  std::unique_ptr<adapters::keys::KeyWrap> wrap_;
  std::unique_ptr<adapters::keys::DataKeyring> keyring_;
  std::unique_ptr<adapters::keys::KeyMaker> maker_;
  std::unique_ptr<ports::TokenSigner> signer_;
  adapters::keys::Refreshable* refreshable_ = nullptr;
  std::unique_ptr<adapters::keys::KeyManager> manager_;
};

}  // namespace gatehouse::composition
