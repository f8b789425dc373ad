#include "adapters/storage/sql/stores/signing_keys.hpp"

#include "adapters/storage/sql/stores/mapping.hpp"

namespace gatehouse::adapters::sql {
namespace {

#define GH_COLUMNS                                                                                        \
  "kid, algorithm, purpose, state, provider, public_jwk, sealed_private_key, vault_version, created_at, " \
  "activated_at, "                                                                                        \
  "retired_at, gone_at"

constexpr Statement kList{"signing_keys.list", "SELECT " GH_COLUMNS " FROM signing_keys ORDER BY created_at, kid"};
constexpr Statement kAdd{"signing_keys.add", "INSERT INTO signing_keys (" GH_COLUMNS
                                             ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) "
                                             "ON CONFLICT DO NOTHING"};
constexpr Statement kSaveState{"signing_keys.save_state",
                               "UPDATE signing_keys SET state = ?3, activated_at = ?4, retired_at = ?5, gone_at = ?6 "
                               "WHERE kid = ?1 AND state = ?2"};
constexpr Statement kRemove{"signing_keys.remove", "DELETE FROM signing_keys WHERE kid = ?1"};
#undef GH_COLUMNS

domain::SigningKey mapped(const Row& row) {
  domain::SigningKey key;
  key.kid = row.text(0);
  key.algorithm = enum_at<domain::SigningAlgorithm>(row, 1);
  key.purpose = enum_at<domain::SigningPurpose>(row, 2);
  key.state = enum_at<domain::SigningKeyState>(row, 3);
  key.provider = enum_at<domain::SigningKeyProvider>(row, 4);
  key.public_jwk = row.json(5);
  key.sealed_private_key = row.optional_blob(6);
  key.vault_version = row.optional_integer(7);
  key.created_at = row.time(8);
  key.activated_at = row.optional_time(9);
  key.retired_at = row.optional_time(10);
  key.gone_at = row.optional_time(11);
  return key;
}

}  // namespace

Result<std::vector<domain::SigningKey>> SqlSigningKeys::list() { return map_all(connection_.query(kList, {}), mapped); }

Result<> SqlSigningKeys::add(const domain::SigningKey& k) {
  const auto added = connection_.execute(
      kAdd, {k.kid, named(k.algorithm), named(k.purpose), named(k.state), named(k.provider), Json{k.public_jwk},
             maybe_blob(k.sealed_private_key), k.vault_version, k.created_at, k.activated_at, k.retired_at, k.gone_at});
  if (added == 0) return fail(ErrorCode::conflict, "there is an active key of this purpose and algorithm already");
  return {};
}

Result<bool> SqlSigningKeys::save_state(const domain::SigningKey& key, domain::SigningKeyState from) {
  try {
    return connection_.execute(kSaveState, {key.kid, named(from), named(key.state), key.activated_at, key.retired_at,
                                            key.gone_at}) == 1;
  } catch (const DatabaseError& error) {
    if (error.kind() != DatabaseErrorKind::unique_violation || !error.constraint().starts_with("signing_keys")) throw;
    return fail(ErrorCode::conflict, "there is an active key of this purpose and algorithm already");
  }
}

Result<> SqlSigningKeys::remove(const std::string& kid) {
  connection_.send(kRemove, {kid});
  return {};
}

}  // namespace gatehouse::adapters::sql
