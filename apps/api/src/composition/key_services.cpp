#include "composition/key_services.hpp"

#include <filesystem>

#include "adapters/keys/local/key_encryption_key.hpp"
#include "adapters/keys/local/local_signer.hpp"
#include "adapters/keys/vault_transit/vault_client.hpp"
#include "adapters/keys/vault_transit/vault_key_wrap.hpp"
#include "adapters/keys/vault_transit/vault_signer.hpp"
#include "auth/crypto/random.hpp"
#include "observability/log.hpp"

namespace gatehouse::composition {
namespace {

namespace keys = adapters::keys;

keys::KeySettings key_settings(const config::Config& config) {
  keys::KeySettings settings;
  settings.algorithm = config.keys.algorithm;
  settings.rules.rotate_every = config.keys.rotate_every;
  settings.rules.keep_after = config.token.ttl + std::chrono::minutes(5);
  return settings;
}

keys::VaultSettings vault_settings(const config::VaultConfig& from) {
  keys::VaultSettings to;
  to.address = from.address;
  to.name_space = from.ns;
  to.mount = from.mount;
  to.signing_key = from.signing_key;
  to.encryption_key = from.encryption_key;
  to.auth = from.auth == config::VaultAuth::approle ? keys::VaultAuth::approle : keys::VaultAuth::token;
  to.token = from.token;
  to.role_id = from.role_id;
  to.secret_id = from.secret_id;
  to.ca_file = from.ca_cert;
  to.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(from.timeout);
  return to;
}

/// The data folder may not be there yet where the database is elsewhere.
Result<> make_private_folder(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::create_directories(folder, error))
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  if (error)
    return fail(ErrorCode::dependency_unavailable, "the data folder " + folder.string() + " can't be made: " +
                                                       error.message() + "; choose another with --data");
  return {};
}

Result<Secret<std::string>> key_encryption_key(const config::Config& config, ports::Store& store) {
  if (!config.keys.encryption_key.empty()) return keys::parse_key_encryption_key(config.keys.encryption_key);
  if (config.in_memory()) return Secret<std::string>(auth::random_bytes(32));
  GH_CHECK(make_private_folder(config.data));
  return keys::development_key_encryption_key(config.data / "kek", store);
}

/// Every purpose's data key is there before the first write: a write closure may read one, but not make it.
Result<> make_data_keys(ports::DataCipher& cipher) {
  using enum ports::DataPurpose;
  for (const auto purpose : {totp_secret, mail_body, personal_data, provider_token, signing_key})
    GH_CHECK(cipher.seal(purpose, "start", "start"));
  return {};
}

}  // namespace

KeyServices::~KeyServices() = default;

Result<> KeyServices::use_local(const config::Config& config) {
  GH_TRY(auto kek, key_encryption_key(config, store_));
  wrap_ = std::make_unique<keys::LocalKeyWrap>(std::move(kek));
  keyring_ = std::make_unique<keys::DataKeyring>(store_, *wrap_, clock_);
  auto signer = std::make_unique<keys::LocalSigner>(store_, *keyring_, config.keys.algorithm);
  refreshable_ = signer.get();
  signer_ = std::move(signer);
  maker_ = std::make_unique<keys::LocalKeyMaker>(*keyring_);
  return {};
}

void KeyServices::use_vault(const config::Config& config) {
  vault_ = std::make_unique<keys::VaultClient>(vault_settings(config.keys.vault));
  wrap_ = std::make_unique<keys::VaultKeyWrap>(*vault_);
  keyring_ = std::make_unique<keys::DataKeyring>(store_, *wrap_, clock_);
  keys::BatchSettings batching;
  batching.max_wait = vault_->settings().timeout + std::chrono::milliseconds(1'000);
  auto signer = std::make_unique<keys::VaultSigner>(store_, *vault_, config.keys.algorithm, batching);
  vault_signer_ = signer.get();
  refreshable_ = signer.get();
  signer_ = std::move(signer);
  maker_ = std::make_unique<keys::VaultKeyMaker>(*vault_);
}

Result<std::unique_ptr<KeyServices>> KeyServices::open(const config::Config& config, adapters::sql::SqlStore& store,
                                                       const ports::Clock& clock) {
  std::unique_ptr<KeyServices> services(new KeyServices(store, clock));
  if (config.keys.provider == config::KeyProvider::vault) {
    services->use_vault(config);
  } else {
    GH_CHECK(services->use_local(config));
  }
  store.use_cipher(*services->keyring_);
  services->manager_ =
      std::make_unique<keys::KeyManager>(store, *services->maker_, key_settings(config),
                                         [refreshable = services->refreshable_] { (void)refreshable->refresh(); });
  return services;
}

std::pair<std::uint64_t, std::uint64_t> KeyServices::signing_counts() const {
  return vault_signer_ == nullptr ? std::pair<std::uint64_t, std::uint64_t>{} : vault_signer_->batching().counts();
}

Result<> KeyServices::adopt_from(const std::filesystem::path& old_key_file) {
  GH_TRY(auto old, keys::read_key_encryption_key(old_key_file));
  keys::LocalKeyWrap wrap(std::move(old));
  GH_TRY(adopted_, keyring_->adopt_from(wrap));
  return {};
}

Result<> KeyServices::start() {
  // The key set is served whatever becomes of the rest: public halves need nobody.
  if (vault_) GH_CHECK(refreshable_->refresh());
  const auto started = finish_start();
  if (started) return {};
  if (!vault_ || started.error().code != ErrorCode::dependency_unavailable) return fail(started.error());
  observability::log(observability::Level::error, "started_degraded", {{"cause", started.error().cause}});
  return {};
}

Result<> KeyServices::finish_start() {
  GH_CHECK(keyring_->start());
  GH_CHECK(make_data_keys(*keyring_));
  GH_TRY([[maybe_unused]] const int steps, manager_->tick(clock_.now()));
  GH_CHECK(refreshable_->refresh());
  started_ = true;
  return {};
}

Result<> KeyServices::refresh() {
  if (!started_) {
    GH_CHECK(refreshable_->refresh());
    const auto started = finish_start();
    if (started) observability::log(observability::Level::info, "start_finished");
    // That Vault is away is told already.
    if (!started && started.error().code == ErrorCode::dependency_unavailable) return {};
    return started;
  }
  const auto signing = refreshable_->refresh();
  GH_CHECK(keyring_->refresh());
  return signing;
}

}  // namespace gatehouse::composition
