#pragma once
// Encryption at rest (decision 31): a data key per purpose, made at its first use, wrapped in the store by a KeyWrap
// and cached once unwrapped. A sealed value is version || id of its data key || AES-256-GCM of the text, bound to
// purpose and context, so data keys can be replaced while old values still open. Used by the application through
// ports::DataCipher, and by composition for `gatehouse keys rewrap`. Thread-safe.
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "adapters/keys/key_wrap.hpp"
#include "adapters/keys/refreshable.hpp"
#include "modules/identity/ports/clock.hpp"
#include "modules/identity/ports/data_cipher.hpp"
#include "modules/identity/ports/store.hpp"

namespace gatehouse::adapters::keys {

class DataKeyring : public ports::DataCipher, public Refreshable {
 public:
  DataKeyring(ports::Store& store, KeyWrap& wrap, const ports::Clock& clock);

  /// At start: refuses a key-encryption key other than the one the store was encrypted under (`internal_error`, one
  /// line with the mend), makes the installation key, and unwraps every key there is. `dependency_unavailable` when
  /// Vault is away: serve degraded and try again later; nothing else needs to be done.
  Result<> start();

  /// Takes up the keys that another process made, so that new values are sealed under the newest.
  Result<> refresh() override;

  Result<std::string> seal(ports::DataPurpose purpose, std::string_view context, std::string_view plaintext) override;
  Result<Secret<std::string>> open(ports::DataPurpose purpose, std::string_view context,
                                   std::string_view sealed) override;
  /// While Vault was never reached since the start, the hash is under a key of this process: limits hold within it.
  std::string keyed_hash(std::string_view purpose, std::string_view value) const override;

  /// Whether the installation key is there, so that keyed_hash() agrees with the other replicas.
  bool unlocked() const { return unlocked_; }

  /// Makes a new data key for every purpose that has one; new values are sealed under it from now on.
  Result<int> renew_data_keys();
  Result<bool> is_outdated(ports::DataPurpose purpose, std::string_view sealed) override;

  /// Before start(): moves a store that was encrypted under `old` to our key-encryption key, or to Vault. One
  /// transaction: either key opens the whole of it, at every moment; how many data keys it moved, 0 when it is ours
  /// already. Returns `invalid_request` when the store is under neither.
  Result<int> adopt_from(KeyWrap& old);
  /// Wraps each data key anew where the wrap has a newer version of its key, as Vault's after a rotation; how many.
  Result<int> renew_wrapping();

 private:
  struct DataKey {
    std::string id;  ///< 16 bytes
    Secret<std::string> key;
  };
  using DataKeyPtr = std::shared_ptr<const DataKey>;

  Result<std::unique_lock<std::timed_mutex>> wait_to_make();
  Result<DataKeyPtr> newest(std::string_view purpose);
  Result<DataKeyPtr> by_id(std::string_view id, std::string_view purpose);
  Result<DataKeyPtr> load(const ports::DataKeyRow& row);
  Result<ports::DataKeyRow> new_row(std::string_view purpose);
  Result<> still_ours(ports::Tx& tx) const;

  ports::Store& store_;
  KeyWrap& wrap_;
  const ports::Clock& clock_;
  mutable std::shared_mutex mutex_;
  std::map<std::string, DataKeyPtr, std::less<>> by_id_;
  std::map<std::string, DataKeyPtr, std::less<>> newest_;
  /// One caller at a time asks the store and the wrap. Waited for with a limit: the holder may be waiting for SQLite's
  /// writer, whose thread runs closures that seal.
  std::timed_mutex making_;
  Secret<std::string> installation_key_;
  const Secret<std::string> stand_in_key_;
  std::atomic<bool> unlocked_{false};
};

}  // namespace gatehouse::adapters::keys
