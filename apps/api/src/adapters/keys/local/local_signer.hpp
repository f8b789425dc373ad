#pragma once
// Signing with keys of our own: rows of `signing_keys` whose private halves are sealed under a data key. The active
// keys are unsealed once and kept in memory, so that a signature costs no I/O. Thread-safe.
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "adapters/keys/key_maker.hpp"
#include "adapters/keys/refreshable.hpp"
#include "modules/identity/ports/data_cipher.hpp"
#include "modules/identity/ports/store.hpp"
#include "modules/identity/ports/token_signer.hpp"

namespace gatehouse::adapters::keys {

class LocalKeyMaker : public KeyMaker {
 public:
  explicit LocalKeyMaker(ports::DataCipher& cipher) : cipher_(cipher) {}
  domain::SigningKeyProvider provider() const override { return domain::SigningKeyProvider::local; }
  Result<domain::SigningKey> make(domain::SigningAlgorithm algorithm, domain::SigningPurpose purpose,
                                  const std::vector<domain::SigningKey>& existing, Timestamp now) override;

 private:
  ports::DataCipher& cipher_;
};

class LocalSigner : public ports::TokenSigner, public Refreshable {
 public:
  LocalSigner(ports::Store& store, ports::DataCipher& cipher, domain::SigningAlgorithm configured);
  ~LocalSigner() override;

  /// Reads the rows again; what was there stays when they can't be read.
  Result<> refresh() override;

  Result<std::string> sign(ports::SigningPurpose purpose, std::string_view typ, std::string_view payload_json) override;
  std::string jwks_json(Timestamp now) override;
  std::string checkpoint_jwks_json() override;

 private:
  struct Ready;
  struct Snapshot;
  std::shared_ptr<const Snapshot> snapshot() const;
  Result<std::shared_ptr<const Ready>> unseal(const domain::SigningKey& key, const Snapshot& before);

  ports::Store& store_;
  ports::DataCipher& cipher_;
  const domain::SigningAlgorithm configured_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Snapshot> snapshot_;
};

}  // namespace gatehouse::adapters::keys
