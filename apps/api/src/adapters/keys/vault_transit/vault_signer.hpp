#pragma once
// Signing with keys that never leave Vault. States, versions and public halves are rows of our store, so replicas
// agree, rotation inside Vault changes nothing by itself (the version is pinned), and the key set is served while Vault
// is away. There is no local fallback key. Thread-safe.
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "adapters/keys/key_maker.hpp"
#include "adapters/keys/refreshable.hpp"
#include "adapters/keys/vault_transit/transit_batch.hpp"
#include "adapters/keys/vault_transit/vault_client.hpp"
#include "modules/identity/ports/store.hpp"
#include "modules/identity/ports/token_signer.hpp"

namespace gatehouse::adapters::keys {

/// A new key is a version of the Transit key that no row uses yet; one is made by rotating where there is none. The
/// Transit key itself is created if Vault's policy lets us.
class VaultKeyMaker : public KeyMaker {
 public:
  explicit VaultKeyMaker(VaultClient& vault) : vault_(vault) {}
  domain::SigningKeyProvider provider() const override { return domain::SigningKeyProvider::vault; }
  Result<domain::SigningKey> make(domain::SigningAlgorithm algorithm, domain::SigningPurpose purpose,
                                  const std::vector<domain::SigningKey>& existing, Timestamp now) override;

 private:
  VaultClient& vault_;
};

class VaultSigner : public ports::TokenSigner, public Refreshable {
 public:
  VaultSigner(ports::Store& store, VaultClient& vault, domain::SigningAlgorithm configured,
              BatchSettings batching = {});
  ~VaultSigner() override;

  /// Reads the rows again; while signatures fail it also tries one, so that an outage ends without a caller's help.
  Result<> refresh() override;
  Result<std::string> sign(ports::SigningPurpose purpose, std::string_view typ, std::string_view payload_json) override;
  std::string jwks_json(Timestamp now) override;
  std::string checkpoint_jwks_json() override;

  const TransitBatch& batching() const { return batch_; }

 private:
  struct Ready;
  struct Snapshot;
  std::shared_ptr<const Snapshot> snapshot() const;
  Result<std::string> signed_by(const Ready& ready, std::string input);
  Result<> prove(const Ready& ready, std::string_view input, std::string_view signature);

  ports::Store& store_;
  const domain::SigningAlgorithm configured_;
  VaultOutage& outage_;
  TransitBatch batch_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::set<std::string> proved_;  ///< keys whose first signature was verified
};

}  // namespace gatehouse::adapters::keys
