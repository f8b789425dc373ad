#include "adapters/keys/data_keyring.hpp"

#include <utility>
#include <vector>

#include "adapters/keys/locked_memory.hpp"
#include "auth/crypto/aead.hpp"
#include "auth/crypto/constant_time.hpp"
#include "auth/crypto/digest.hpp"
#include "auth/crypto/hkdf.hpp"
#include "auth/uuid.hpp"

namespace gatehouse::adapters::keys {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kIdBytes = 16;
constexpr std::string_view kInstallation = "installation";
constexpr const char* kCheckFact = "kek_check";

std::string_view name_of(ports::DataPurpose purpose) {
  switch (purpose) {
    case ports::DataPurpose::totp_secret:
      return "totp_secret";
    case ports::DataPurpose::mail_body:
      return "mail_body";
    case ports::DataPurpose::personal_data:
      return "personal_data";
    case ports::DataPurpose::provider_token:
      return "provider_token";
    case ports::DataPurpose::signing_key:
      return "signing_key";
  }
  return "unknown";
}

std::string bound_to(std::string_view purpose, std::string_view context) {
  return std::string("gatehouse/1/").append(purpose).append(1, '\0').append(context);
}

std::string wrap_context(const ports::DataKeyRow& row) { return row.purpose + "/" + row.id; }

Result<std::vector<ports::DataKeyRow>> list_rows(ports::Store& store) {
  return store.read([](ports::Tx& tx) { return tx.data_keys().list(); });
}

}  // namespace

DataKeyring::DataKeyring(ports::Store& store, KeyWrap& wrap, const ports::Clock& clock)
    : store_(store), wrap_(wrap), clock_(clock), stand_in_key_(auth::new_aead_key()) {}

Result<> DataKeyring::start() {
  const std::string ours = wrap_.check_value();
  GH_TRY(const std::string stands,
         store_.write([&](ports::Tx& tx) { return tx.machinery().settle_fact(kCheckFact, ours); }));
  if (!auth::equal_in_constant_time(stands, ours)) {
    const std::string sentence =
        "this is not the key the database was encrypted under: give back the right one, or run `gatehouse keys rewrap "
        "--old-key-file FILE` with the old one in FILE";
    return fail(ErrorCode::internal_error, sentence, sentence);
  }
  GH_TRY(const DataKeyPtr installation, newest(kInstallation));
  GH_CHECK(refresh());
  std::unique_lock lock(mutex_);
  if (unlocked_) return {};
  installation_key_ = auth::hkdf_sha256(installation->key.expose(), {}, "gatehouse/keyed-hash/1");
  keep_out_of_swap(installation_key_);
  unlocked_ = true;
  return {};
}

Result<std::unique_lock<std::timed_mutex>> DataKeyring::wait_to_make() {
  std::unique_lock lock(making_, std::chrono::seconds(2));
  if (!lock) return unavailable("a data key is being fetched");
  return lock;
}

Result<> DataKeyring::refresh() {
  GH_TRY(const auto making, wait_to_make());
  GH_TRY(const auto rows, list_rows(store_));
  for (const auto& row : rows) {
    GH_TRY(DataKeyPtr key, load(row));
    if (!row.active) continue;
    std::unique_lock lock(mutex_);
    newest_.insert_or_assign(row.purpose, std::move(key));
  }
  return {};
}

Result<std::string> DataKeyring::seal(ports::DataPurpose purpose, std::string_view context,
                                      std::string_view plaintext) {
  const std::string_view name = name_of(purpose);
  GH_TRY(const DataKeyPtr key, newest(name));
  std::string sealed(1, kVersion);
  sealed += key->id;
  sealed += auth::aead_seal(key->key, plaintext, bound_to(name, context));
  return sealed;
}

Result<Secret<std::string>> DataKeyring::open(ports::DataPurpose purpose, std::string_view context,
                                              std::string_view sealed) {
  if (sealed.size() < 1 + kIdBytes + auth::kAeadOverheadBytes || sealed.front() != kVersion)
    return fail(ErrorCode::internal_error, {}, "a sealed value is malformed");
  const std::string_view name = name_of(purpose);
  GH_TRY(const DataKeyPtr key, by_id(sealed.substr(1, kIdBytes), name));
  auto plaintext = auth::aead_open(key->key, sealed.substr(1 + kIdBytes), bound_to(name, context));
  if (!plaintext) return fail(ErrorCode::internal_error, {}, "a sealed value does not open in its place");
  return std::move(*plaintext);
}

std::string DataKeyring::keyed_hash(std::string_view purpose, std::string_view value) const {
  std::string message(purpose);
  message.append(1, '\0').append(value);
  if (!unlocked_) return auth::hmac_sha256(stand_in_key_.expose(), message);
  std::shared_lock lock(mutex_);
  return auth::hmac_sha256(installation_key_.expose(), message);
}

Result<DataKeyring::DataKeyPtr> DataKeyring::newest(std::string_view purpose) {
  {
    std::shared_lock lock(mutex_);
    if (const auto found = newest_.find(purpose); found != newest_.end()) return found->second;
  }
  GH_TRY(const auto making, wait_to_make());
  // The second round reads what another starter added first.
  for (int round = 0; round < 2; ++round) {
    GH_TRY(const auto rows, list_rows(store_));
    for (const auto& row : rows) {
      if (row.purpose != purpose || !row.active) continue;
      GH_TRY(DataKeyPtr key, load(row));
      std::unique_lock lock(mutex_);
      newest_.insert_or_assign(std::string(purpose), key);
      return key;
    }
    GH_TRY(const ports::DataKeyRow row, new_row(purpose));
    GH_TRY([[maybe_unused]] const bool first, store_.write([&](ports::Tx& tx) -> Result<bool> {
      GH_CHECK(still_ours(tx));
      return tx.data_keys().add_first(row);
    }));
  }
  return unavailable("the data key of " + std::string(purpose) + " is not there yet");
}

Result<DataKeyring::DataKeyPtr> DataKeyring::by_id(std::string_view id, std::string_view purpose) {
  {
    std::shared_lock lock(mutex_);
    if (const auto found = by_id_.find(id); found != by_id_.end()) return found->second;
  }
  GH_TRY(const auto making, wait_to_make());
  GH_TRY(const auto rows, list_rows(store_));
  for (const auto& row : rows) {
    if (row.purpose == purpose && auth::uuid_to_bytes(row.id) == id) return load(row);
  }
  return fail(ErrorCode::internal_error, {}, "a sealed value names a data key that is not there");
}

Result<DataKeyring::DataKeyPtr> DataKeyring::load(const ports::DataKeyRow& row) {
  const auto id = auth::uuid_to_bytes(row.id);
  if (!id) return fail(ErrorCode::internal_error, {}, "a data key's id is no UUID");
  {
    std::shared_lock lock(mutex_);
    if (const auto found = by_id_.find(*id); found != by_id_.end()) return found->second;
  }
  GH_TRY(Secret<std::string> bytes, wrap_.unwrap(row.wrapped, wrap_context(row)));
  if (bytes.expose().size() != auth::kAeadKeyBytes)
    return fail(ErrorCode::internal_error, {}, "a data key has the wrong size");
  auto key = std::make_shared<const DataKey>(DataKey{*id, std::move(bytes)});
  keep_out_of_swap(key->key);
  std::unique_lock lock(mutex_);
  return by_id_.emplace(*id, std::move(key)).first->second;
}

Result<ports::DataKeyRow> DataKeyring::new_row(std::string_view purpose) {
  ports::DataKeyRow row;
  row.created_at = clock_.now();
  row.id = auth::make_uuid_v7(row.created_at);
  row.purpose = purpose;
  row.wrapped_by = wrap_.name();
  GH_TRY(row.wrapped, wrap_.wrap(auth::new_aead_key(), wrap_context(row)));
  return row;
}

Result<int> DataKeyring::renew_data_keys() {
  GH_TRY(const auto rows, list_rows(store_));
  int renewed = 0;
  for (const auto& old : rows) {
    // Values under the installation key are hashes, which nobody can seal again.
    if (!old.active || old.purpose == kInstallation) continue;
    GH_TRY(const ports::DataKeyRow row, new_row(old.purpose));
    GH_CHECK(store_.write([&](ports::Tx& tx) -> Result<> {
      GH_CHECK(still_ours(tx));
      return tx.data_keys().add_newest(row);
    }));
    ++renewed;
  }
  std::unique_lock lock(mutex_);
  newest_.clear();
  return renewed;
}

Result<bool> DataKeyring::is_outdated(ports::DataPurpose purpose, std::string_view sealed) {
  GH_TRY(const DataKeyPtr key, newest(name_of(purpose)));
  return sealed.size() < 1 + kIdBytes || sealed.front() != kVersion || sealed.substr(1, kIdBytes) != key->id;
}

Result<int> DataKeyring::adopt_from(KeyWrap& old) {
  GH_TRY(const auto stands, store_.read([](ports::Tx& tx) { return tx.machinery().find_fact(kCheckFact); }));
  if (!stands || *stands == wrap_.check_value()) return 0;
  if (*stands != old.check_value())
    return fail(ErrorCode::invalid_request,
                "the database is encrypted under neither the configured key-encryption key nor the old one that was "
                "given: find the one it was made with");
  GH_TRY(const auto rows, list_rows(store_));
  auto moved = rows;
  for (auto& row : moved) {
    GH_TRY(const Secret<std::string> key, old.unwrap(row.wrapped, wrap_context(row)));
    GH_TRY(row.wrapped, wrap_.wrap(key, wrap_context(row)));
    row.wrapped_by = wrap_.name();
  }
  GH_CHECK(store_.write([&](ports::Tx& tx) -> Result<> {
    GH_TRY(const auto present, tx.data_keys().list());
    if (present.size() != rows.size()) return unavailable("a data key was made meanwhile");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      GH_TRY(const bool saved, tx.data_keys().save_wrapping(moved[i], rows[i].wrapped));
      if (!saved) return unavailable("a data key was wrapped anew meanwhile");
    }
    return tx.machinery().put_fact(kCheckFact, wrap_.check_value());
  }));
  return static_cast<int>(moved.size());
}

Result<int> DataKeyring::renew_wrapping() {
  GH_TRY(const auto rows, list_rows(store_));
  int moved = 0;
  for (ports::DataKeyRow row : rows) {
    const std::string before = row.wrapped;
    GH_TRY(const Secret<std::string> key, wrap_.unwrap(before, wrap_context(row)));
    GH_TRY(row.wrapped, wrap_.wrap(key, wrap_context(row)));
    if (wrap_.version_of(row.wrapped) == wrap_.version_of(before)) continue;
    row.wrapped_by = wrap_.name();
    GH_TRY(const bool saved, store_.write([&](ports::Tx& tx) { return tx.data_keys().save_wrapping(row, before); }));
    if (saved) ++moved;
  }
  return moved;
}

// A process that still runs under a key-encryption key that was replaced must not add what its successors can't open.
Result<> DataKeyring::still_ours(ports::Tx& tx) const {
  GH_TRY(const auto stands, tx.machinery().settle_fact(kCheckFact, wrap_.check_value()));
  if (stands != wrap_.check_value())
    return unavailable("the key-encryption key was replaced: restart this process with the new one");
  return {};
}

}  // namespace gatehouse::adapters::keys
