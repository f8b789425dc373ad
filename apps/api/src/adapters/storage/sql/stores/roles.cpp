#include "adapters/storage/sql/stores/roles.hpp"

#include "adapters/storage/sql/stores/mapping.hpp"
#include "adapters/storage/sql/stores/rows.hpp"

namespace gatehouse::adapters::sql {
namespace {

constexpr Statement kList{"roles.list", "SELECT " GH_ROLE_COLUMNS
                                        " FROM role_assignments WHERE user_id = ?1 "
                                        "AND (expires_at IS NULL OR expires_at > ?2) ORDER BY role"};
constexpr Statement kListAll{"roles.list_all",
                             "SELECT " GH_ROLE_COLUMNS " FROM role_assignments WHERE user_id = ?1 ORDER BY role"};
constexpr Statement kAdd{"roles.add",
                         "INSERT INTO role_assignments (id, user_id, role, granted_by_type, granted_by, reason, "
                         "source_event_id, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) "
                         "ON CONFLICT (user_id, role) DO NOTHING"};
#define GH_REPLACE                                                                            \
  "UPDATE role_assignments SET id = ?1, granted_by_type = ?4, granted_by = ?5, reason = ?6, " \
  "source_event_id = ?7, created_at = ?8, expires_at = ?9 WHERE user_id = ?2 AND role = ?3"
constexpr Statement kRevive{"roles.revive", GH_REPLACE " AND expires_at <= ?10"};
constexpr Statement kReplace{"roles.replace", GH_REPLACE};
#undef GH_REPLACE
constexpr Statement kRemove{"roles.remove", "DELETE FROM role_assignments WHERE user_id = ?1 AND role = ?2"};
constexpr Statement kRemoveExpired{
    "roles.remove_expired",
    "DELETE FROM role_assignments WHERE id IN (SELECT id FROM role_assignments WHERE expires_at <= ?1 "
    "ORDER BY expires_at LIMIT ?2) AND expires_at <= ?1 RETURNING " GH_ROLE_COLUMNS};

domain::RoleAssignment mapped(const Row& row) { return role_from(row); }

}  // namespace

Ask<std::vector<domain::RoleAssignment>> SqlRoleAssignments::ask_live_of(const domain::UserId& user, Timestamp now) {
  return {{kList, {user, now}}, [](const Rows& rows) { return map_all(rows, mapped); }};
}

Result<std::vector<domain::RoleAssignment>> SqlRoleAssignments::list(const domain::UserId& user, Timestamp now) {
  return ask(connection_, ask_live_of(user, now));
}

Result<std::vector<std::vector<domain::RoleAssignment>>> SqlRoleAssignments::list_each(
    const std::vector<domain::UserId>& users, Timestamp now) {
  std::vector<Connection::Question> questions;
  questions.reserve(users.size());
  for (const auto& user : users) questions.push_back(ask_live_of(user, now).question);
  const std::vector<Rows> answers = connection_.query_all(questions);
  std::vector<std::vector<domain::RoleAssignment>> each;
  each.reserve(answers.size());
  for (const auto& rows : answers) each.push_back(map_all(rows, mapped));
  return each;
}

Result<std::vector<domain::RoleAssignment>> SqlRoleAssignments::list_all(const domain::UserId& user) {
  return map_all(connection_.query(kListAll, {user}), mapped);
}

Result<bool> SqlRoleAssignments::put(const domain::RoleAssignment& a, Timestamp now) {
  Params params{a.id,         a.user_id,   a.role, named(a.granted_by_type), a.granted_by, a.reason, a.source_event_id,
                a.created_at, a.expires_at};
  if (connection_.execute(kAdd, params) == 1) return true;
  params.emplace_back(now);
  if (connection_.execute(kRevive, params) == 1) return true;
  params.pop_back();
  connection_.send(kReplace, params);
  return false;
}

Result<bool> SqlRoleAssignments::remove(const domain::UserId& user, const std::string& role) {
  return connection_.execute(kRemove, {user, role}) == 1;
}

Result<std::vector<domain::RoleAssignment>> SqlRoleAssignments::remove_expired(Timestamp now, int limit) {
  return map_all(connection_.query(kRemoveExpired, {now, limit}), mapped);
}

}  // namespace gatehouse::adapters::sql
