#pragma once
// Rows that the service needs for itself: keys, services, idempotency, leases, and facts about the database.
#include "domain/identity/service.hpp"
#include "domain/identity/signing_key.hpp"
#include "foundation/result.hpp"

namespace gatehouse::ports {

class SigningKeys {
 public:
  virtual ~SigningKeys() = default;
  virtual Result<std::vector<domain::SigningKey>> list() = 0;
  /// Returns `conflict` when the algorithm and purpose have an active key already and this one is active.
  virtual Result<> add(const domain::SigningKey& key) = 0;
  /// Writes state and times, guarded by the state it was in; false when another process moved it first. Returns
  /// `conflict` when it would be a second active key: retire the old one first.
  virtual Result<bool> save_state(const domain::SigningKey& key, domain::SigningKeyState from) = 0;
  virtual Result<> remove(const std::string& kid) = 0;
};

/// A data key, wrapped; see ports/data_cipher.hpp.
struct DataKeyRow {
  std::string id;
  std::string purpose;
  std::string wrapped;  ///< ciphertext under the key-encryption key, or Vault's text
  std::string wrapped_by;
  bool active = true;  ///< the newest of its purpose
  Timestamp created_at{};
};

class DataKeys {
 public:
  virtual ~DataKeys() = default;
  virtual Result<std::vector<DataKeyRow>> list() = 0;
  /// Adds the key as active if the purpose has no active key; false when another starter was first.
  virtual Result<bool> add_first(const DataKeyRow& row) = 0;
  virtual Result<> add_newest(const DataKeyRow& row) = 0;
  /// Guarded by the wrapping that was read; false when another process changed it first.
  virtual Result<bool> save_wrapping(const DataKeyRow& row, const std::string& from) = 0;
};

/// Every column that holds values under a data key for longer than some minutes. A value is sealed with the id of its
/// row as context; a provider's tokens with the account's issuer and subject.
enum class SealedKind {
  totp_secret,
  provider_tokens,
  mail_text,
  mail_html,
  audit_personal,
  event_data,
  remembered_answer,
  signing_key
};

struct SealedValue {
  std::string id;
  std::string sealed;
  std::string context{};  ///< the id; of provider tokens the issuer, a line end and the subject
};

/// Sealed values as such, for `gatehouse keys rewrap` alone.
class SealedValues {
 public:
  virtual ~SealedValues() = default;
  /// In the order of their ids, those after `after`.
  virtual Result<std::vector<SealedValue>> list(SealedKind kind, const std::string& after, int limit) = 0;
  /// Writes `to` where the value still is `from.sealed`; false when it changed meanwhile, or is gone.
  virtual Result<bool> replace(SealedKind kind, const SealedValue& from, const std::string& to) = 0;
};

class Services {
 public:
  virtual ~Services() = default;
  virtual Result<std::optional<domain::ServiceKey>> find(const domain::ServiceKeyId& id) = 0;
  virtual Result<std::vector<domain::ServiceKey>> list() = 0;
  virtual Result<> add(const domain::ServiceKey& key) = 0;
  virtual Result<> save_permissions(const domain::ServiceKeyId& id, const std::vector<std::string>& permissions) = 0;
  virtual Result<> save_expiry(const domain::ServiceKeyId& id, Timestamp expires_at) = 0;
  /// Revokes every live key of the service; how many there were.
  virtual Result<int> revoke_named(const std::string& service, Timestamp now) = 0;
  virtual Result<int> remove_named(const std::string& service) = 0;
  virtual Result<> note_use(const domain::ServiceKeyId& id, Timestamp now) = 0;
};

/// The remembered answer to a POST that carried an Idempotency-Key.
struct IdempotencyRecord {
  std::string key;  ///< caller and key together
  std::string request_hash;
  int status = 0;  ///< 0 while the first request is under way
  std::string answer_json;
  Timestamp expires_at{};
};

class Machinery {
 public:
  virtual ~Machinery() = default;
  /// Reserves the key; gives back what is recorded when it was taken and has not expired at `now`.
  virtual Result<std::optional<IdempotencyRecord>> reserve_idempotency(const IdempotencyRecord& record,
                                                                       Timestamp now) = 0;
  virtual Result<> finish_idempotency(const IdempotencyRecord& record) = 0;
  virtual Result<> release_idempotency(const std::string& key) = 0;
  virtual Result<int> remove_expired_idempotency(Timestamp now, int limit) = 0;

  /// Takes or renews the lease; false while another holder has it. Leases are rows with an expiry (decision 19).
  virtual Result<bool> take_lease(const std::string& name, const std::string& holder, Timestamp now, Duration ttl) = 0;
  virtual Result<> give_back_lease(const std::string& name, const std::string& holder) = 0;

  /// Facts about the database: its mode stamp, key-check value, audit epoch.
  virtual Result<std::optional<std::string>> find_fact(const std::string& name) = 0;
  /// Writes the fact only if there is none; the value that now stands.
  virtual Result<std::string> settle_fact(const std::string& name, const std::string& value) = 0;
  virtual Result<> put_fact(const std::string& name, const std::string& value) = 0;
  /// Removes the fact; false when there was none, or another caller was first.
  virtual Result<bool> consume_fact(const std::string& name) = 0;
  /// Empties every table but keys (services' too), facts, leases and migrations; event positions go on: /dev/reset
  /// alone.
  virtual Result<> reset() = 0;
};

}  // namespace gatehouse::ports
