#pragma once
// The keys of an installation, by `[keys] provider`: what encrypts at rest, what signs, and what rotates. With Vault
// sealed at start the service comes up all the same, degraded (decision 20); with the local provider a wrong
// key-encryption key is refused at once.
#include <atomic>
#include <filesystem>
#include <memory>
#include <utility>

#include "adapters/keys/data_keyring.hpp"
#include "adapters/keys/key_manager.hpp"
#include "adapters/keys/refreshable.hpp"
#include "adapters/keys/vault_transit/vault_client.hpp"
#include "adapters/keys/vault_transit/vault_signer.hpp"
#include "adapters/storage/sql/store.hpp"
#include "config/config.hpp"
#include "modules/identity/ports/token_signer.hpp"

namespace gatehouse::composition {

class KeyServices : public adapters::keys::Refreshable {
 public:
  /// Made, but not started: nothing is read or written yet. Errors of this and of start() carry one line for the
  /// operator in `detail`.
  static Result<std::unique_ptr<KeyServices>> open(const config::Config& config, adapters::sql::SqlStore& store,
                                                   const ports::Clock& clock);
  ~KeyServices() override;
  KeyServices(const KeyServices&) = delete;
  KeyServices& operator=(const KeyServices&) = delete;

  adapters::keys::DataKeyring& keyring() { return *keyring_; }
  adapters::keys::KeyManager& manager() { return *manager_; }
  ports::TokenSigner& signer() { return *signer_; }
  /// None with local keys.
  adapters::keys::VaultClient* vault() { return vault_.get(); }
  /// Calls to Vault that signed, and the signatures in them.
  std::pair<std::uint64_t, std::uint64_t> signing_counts() const;

  /// Before start(): moves the data keys from the local key-encryption key in `old_key_file` to the configured one, or
  /// to Vault.
  Result<> adopt_from(const std::filesystem::path& old_key_file);
  /// How many data keys that moved.
  int adopted() const { return adopted_; }

  /// Unwraps the data keys, makes the first signing keys, takes the steps that are due. While Vault is away it succeeds
  /// all the same, and refresh() finishes it.
  Result<> start();
  /// Follows what other processes did to the keys.
  Result<> refresh() override;

 private:
  KeyServices(adapters::sql::SqlStore& store, const ports::Clock& clock) : store_(store), clock_(clock) {}
  Result<> finish_start();
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
  const adapters::keys::VaultSigner* vault_signer_ = nullptr;
  std::unique_ptr<adapters::keys::KeyManager> manager_;
  std::atomic<bool> started_{false};
  int adopted_ = 0;
};

}  // namespace gatehouse::composition
