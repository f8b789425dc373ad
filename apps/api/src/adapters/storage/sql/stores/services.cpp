#include "adapters/storage/sql/stores/services.hpp"

#include "adapters/storage/sql/stores/mapping.hpp"

namespace gatehouse::adapters::sql {
namespace {

#define GH_COLUMNS "id, service, key_hash, permissions, source, created_at, expires_at, revoked_at, last_used_at"

constexpr Statement kFind{"services.find", "SELECT " GH_COLUMNS " FROM service_keys WHERE id = ?1"};
constexpr Statement kList{"services.list", "SELECT " GH_COLUMNS " FROM service_keys ORDER BY service, id"};
constexpr Statement kAdd{"services.add",
                         "INSERT INTO service_keys (" GH_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"};
constexpr Statement kSavePermissions{"services.save_permissions",
                                     "UPDATE service_keys SET permissions = ?2 WHERE id = ?1"};
constexpr Statement kSaveExpiry{"services.save_expiry", "UPDATE service_keys SET expires_at = ?2 WHERE id = ?1"};
constexpr Statement kRevokeNamed{"services.revoke_named",
                                 "UPDATE service_keys SET revoked_at = ?2 WHERE service = ?1 AND revoked_at IS NULL "
                                 "AND (expires_at IS NULL OR expires_at > ?2)"};
constexpr Statement kRemoveNamed{"services.remove_named", "DELETE FROM service_keys WHERE service = ?1"};
constexpr Statement kNoteUse{"services.note_use",
                             "UPDATE service_keys SET last_used_at = ?2 WHERE id = ?1 "
                             "AND (last_used_at IS NULL OR last_used_at < ?2)"};
#undef GH_COLUMNS

domain::ServiceKey mapped(const Row& row) {
  domain::ServiceKey key;
  key.id = row.id<domain::ServiceKeyId>(0);
  key.service = row.text(1);
  key.key_hash = row.blob(2);
  key.permissions = words_at(row, 3);
  key.source = enum_at<domain::ServiceKeySource>(row, 4);
  key.created_at = row.time(5);
  key.expires_at = row.optional_time(6);
  key.revoked_at = row.optional_time(7);
  key.last_used_at = row.optional_time(8);
  return key;
}

}  // namespace

Result<std::optional<domain::ServiceKey>> SqlServices::find(const domain::ServiceKeyId& id) {
  return map_one(connection_.query_one(kFind, {id}), mapped);
}

Result<std::vector<domain::ServiceKey>> SqlServices::list() { return map_all(connection_.query(kList, {}), mapped); }

Result<> SqlServices::add(const domain::ServiceKey& k) {
  connection_.send(kAdd, {k.id, k.service, Blob{k.key_hash}, word_list(k.permissions), named(k.source), k.created_at,
                          k.expires_at, k.revoked_at, k.last_used_at});
  return {};
}

Result<> SqlServices::save_permissions(const domain::ServiceKeyId& id, const std::vector<std::string>& permissions) {
  connection_.send(kSavePermissions, {id, word_list(permissions)});
  return {};
}

Result<> SqlServices::save_expiry(const domain::ServiceKeyId& id, Timestamp expires_at) {
  connection_.send(kSaveExpiry, {id, expires_at});
  return {};
}

Result<int> SqlServices::revoke_named(const std::string& service, Timestamp now) {
  return static_cast<int>(connection_.execute(kRevokeNamed, {service, now}));
}

Result<int> SqlServices::remove_named(const std::string& service) {
  return static_cast<int>(connection_.execute(kRemoveNamed, {service}));
}

Result<> SqlServices::note_use(const domain::ServiceKeyId& id, Timestamp now) {
  connection_.send(kNoteUse, {id, now});
  return {};
}

}  // namespace gatehouse::adapters::sql
