#include "adapters/storage/sql/stores/devices.hpp"

#include "adapters/storage/sql/stores/mapping.hpp"

namespace gatehouse::adapters::sql {
namespace {

#define GH_COLUMNS "id, user_id, token_hash, name, user_agent, network, created_at, last_seen_at, expires_at"

constexpr Statement kFind{"devices.find", "SELECT " GH_COLUMNS " FROM devices WHERE id = ?1"};
constexpr Statement kList{"devices.list",
                          "SELECT " GH_COLUMNS " FROM devices WHERE user_id = ?1 ORDER BY last_seen_at DESC, id DESC"};
constexpr Statement kAdd{"devices.add",
                         "INSERT INTO devices (" GH_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"};
constexpr Statement kNoteUse{"devices.note_use",
                             "UPDATE devices SET network = ?2, last_seen_at = ?3 WHERE id = ?1 AND last_seen_at <= ?3"};
constexpr Statement kRemove{"devices.remove", "DELETE FROM devices WHERE id = ?1"};
constexpr Statement kRemoveForUser{"devices.remove_for_user", "DELETE FROM devices WHERE user_id = ?1"};
constexpr Statement kRemoveUnused{"devices.remove_unused",
                                  "DELETE FROM devices WHERE id IN (SELECT id FROM devices WHERE last_seen_at < ?1 "
                                  "ORDER BY last_seen_at LIMIT ?2)"};
#undef GH_COLUMNS

domain::Device mapped(const Row& row) {
  return {row.id<domain::DeviceId>(0),
          row.id<domain::UserId>(1),
          row.blob(2),
          row.text(3),
          row.text(4),
          row.text(5),
          row.time(6),
          row.time(7),
          row.time(8)};
}

}  // namespace

Ask<std::optional<domain::Device>> SqlDevices::ask_by_id(const domain::DeviceId& id) {
  return {{kFind, {id}}, [](const Rows& rows) { return map_first(rows, mapped); }};
}

Result<std::optional<domain::Device>> SqlDevices::find(const domain::DeviceId& id) {
  return ask(connection_, ask_by_id(id));
}

Result<std::vector<domain::Device>> SqlDevices::list(const domain::UserId& user) {
  return map_all(connection_.query(kList, {user}), mapped);
}

Result<> SqlDevices::add(const domain::Device& d) {
  connection_.send(kAdd, {d.id, d.user_id, Blob{d.token_hash}, d.name, d.user_agent, d.network, d.created_at,
                          d.last_seen_at, d.expires_at});
  return {};
}

Result<> SqlDevices::note_use(const domain::DeviceId& id, const std::string& network, Timestamp now) {
  connection_.send(kNoteUse, {id, network, now});
  return {};
}

Result<bool> SqlDevices::remove(const domain::DeviceId& id) { return connection_.execute(kRemove, {id}) == 1; }

Result<int> SqlDevices::remove_for_user(const domain::UserId& user) {
  return static_cast<int>(connection_.execute(kRemoveForUser, {user}));
}

Result<int> SqlDevices::remove_unused(Timestamp unused_since, int limit) {
  return static_cast<int>(connection_.execute(kRemoveUnused, {unused_since, limit}));
}

}  // namespace gatehouse::adapters::sql
