#include "adapters/storage/sql/stores/sessions.hpp"

#include <algorithm>

#include "adapters/storage/sql/stores/mapping.hpp"
#include "adapters/storage/sql/stores/rows.hpp"
#include "adapters/storage/sql/stores/totals.hpp"

namespace gatehouse::adapters::sql {
namespace {

constexpr Statement kAdd{
    "sessions.add",
    "INSERT INTO sessions (id, user_id, token_hash, client_id, created_at, authenticated_at, last_seen_at, expires_at, "
    "idle_timeout, ends_at, acr, amr, ip, user_agent, device, device_id) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"};
constexpr Statement kFind{"sessions.find", "SELECT " GH_SESSION_COLUMNS " FROM sessions WHERE id = ?1"};
// One row a role, or one with nulls where there is none: a session check is one round trip. Only the columns that it
// asks for, and no sorting: on PostgreSQL all of them would cost it twice the time.
#define GH_CHECKED                                                                                               \
  "SELECT sessions.id, sessions.user_id, sessions.token_hash, sessions.client_id, sessions.created_at, "         \
  "sessions.authenticated_at, sessions.last_seen_at, sessions.expires_at, sessions.idle_timeout, sessions.acr, " \
  "sessions.amr, users.email, users.email_verified_at, users.name, users.locale, users.picture, users.status, "  \
  "users.identity_verification, users.screening, users.screening_public, role_assignments.role, "                \
  "role_assignments.expires_at FROM sessions JOIN users ON users.id = sessions.user_id "                         \
  "LEFT JOIN role_assignments ON role_assignments.user_id = sessions.user_id WHERE sessions.id "
constexpr Statement kFindWithUser{"sessions.find_with_user", GH_CHECKED "= ?1"};
// PostgreSQL's alone. The ids as one text: no session has an id with a comma.
constexpr Statement kFindWithUsers{"sessions.find_with_users", GH_CHECKED "= ANY(string_to_array(?1, ','))"};
#undef GH_CHECKED
constexpr Statement kList{"sessions.list", "SELECT " GH_SESSION_COLUMNS
                                           " FROM sessions WHERE user_id = ?1 AND ends_at > ?2 ORDER BY id DESC"};
constexpr Statement kCountAtMost{"sessions.count_at_most", "SELECT count(*) FROM sessions WHERE user_id = ?1"};
constexpr Statement kRenew{
    "sessions.renew",
    "UPDATE sessions SET token_hash = ?3, authenticated_at = ?4, last_seen_at = ?5, expires_at = ?6, idle_timeout = "
    "?7, "
    "ends_at = ?8, acr = ?9, amr = ?10, ip = ?11, user_agent = ?12, device = ?13, device_id = ?14 "
    "WHERE id = ?1 AND token_hash = ?2"};
constexpr Statement kLifetimes{"sessions.lifetimes", "SELECT expires_at, idle_timeout FROM sessions WHERE id = ?1"};
constexpr Statement kTouch{"sessions.touch",
                           "UPDATE sessions SET last_seen_at = ?2, ends_at = ?3 WHERE id = ?1 AND last_seen_at < ?2"};
constexpr Statement kRemove{"sessions.remove", "DELETE FROM sessions WHERE id = ?1 RETURNING " GH_SESSION_COLUMNS};
constexpr Statement kRemoveAll{"sessions.remove_all",
                               "DELETE FROM sessions WHERE user_id = ?1 AND id <> ?2 RETURNING " GH_SESSION_COLUMNS};
constexpr Statement kRemoveExpired{
    "sessions.remove_expired",
    "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE ends_at <= ?1 ORDER BY ends_at LIMIT ?2)"};

domain::Session mapped(const Row& row) { return session_from(row); }

domain::Session checked_session(const Row& row) {
  domain::Session session;
  session.id = row.id<domain::SessionId>(0);
  session.user_id = row.id<domain::UserId>(1);
  session.token_hash = row.blob(2);
  session.client_id = row.text(3);
  session.created_at = row.time(4);
  session.authenticated_at = row.time(5);
  session.last_seen_at = row.time(6);
  session.expires_at = row.time(7);
  session.idle_timeout = Duration(row.integer(8));
  session.acr = enum_at<domain::Acr>(row, 9);
  session.amr = words_at(row, 10);
  return session;
}

domain::User checked_user(const Row& row) {
  domain::User user;
  user.id = row.id<domain::UserId>(1);
  user.email = row.text(11);
  user.email_verified_at = row.optional_time(12);
  user.name = row.optional_text(13);
  user.locale = row.optional_text(14);
  user.picture = row.optional_text(15);
  user.status = enum_at<domain::UserStatus>(row, 16);
  user.identity_verification = enum_at<domain::IdentityVerification>(row, 17);
  user.screening = enum_at<domain::Screening>(row, 18);
  user.screening_public = enum_at<domain::Screening>(row, 19);
  return user;
}

/// What came of the join: a row for each role of a session, or one where there is none.
std::vector<ports::SessionAndUser> checked(const Rows& rows) {
  static constexpr std::size_t kRole = 20;
  std::vector<ports::SessionAndUser> all;
  for (const Row& row : rows) {
    const auto id = row.id<domain::SessionId>(0);
    auto at = std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.session.id == id; });
    if (at == all.end()) at = all.insert(at, {checked_session(row), checked_user(row), {}});
    if (row.is_null(kRole)) continue;
    domain::RoleAssignment& role = at->roles.emplace_back();
    role.user_id = at->user.id;
    role.role = row.text(kRole);
    role.expires_at = row.optional_time(kRole + 1);
  }
  for (auto& each : all)
    std::sort(each.roles.begin(), each.roles.end(), [](const auto& a, const auto& b) { return a.role < b.role; });
  return all;
}

Timestamp end_of(Timestamp last_seen, Duration idle_timeout, Timestamp expires_at) {
  return std::min(last_seen + idle_timeout, expires_at);
}

}  // namespace

Result<> SqlSessions::add(const domain::Session& s) {
  connection_.send(
      kAdd, {s.id, s.user_id, Blob{s.token_hash}, s.client_id, s.created_at, s.authenticated_at, s.last_seen_at,
             s.expires_at, s.idle_timeout.count(), end_of(s.last_seen_at, s.idle_timeout, s.expires_at), named(s.acr),
             word_list(s.amr), s.ip, s.user_agent, s.device, s.device_id});
  return {};
}

Result<std::optional<domain::Session>> SqlSessions::find(const domain::SessionId& id) {
  return map_one(connection_.query_one(kFind, {id}), mapped);
}

Result<std::optional<ports::SessionAndUser>> SqlSessions::find_with_user(const domain::SessionId& id) {
  auto found = checked(connection_.query(kFindWithUser, {id}));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

Result<std::vector<ports::SessionAndUser>> SqlSessions::find_with_users(const std::vector<domain::SessionId>& ids) {
  if (connection_.dialect().is_postgres) {
    std::string list;
    for (const auto& id : ids)
      if (id.str().find(',') == std::string::npos) list += id.str() + ',';
    // As long as a list that PostgreSQL plans for unseen: it would plan a shorter one anew, every time.
    constexpr std::size_t kUnseen = 10;
    if (ids.size() < kUnseen) list.append(kUnseen - ids.size(), ',');
    return checked(connection_.query(kFindWithUsers, {list}));
  }
  std::vector<ports::SessionAndUser> found;
  for (const auto& id : ids) {
    GH_TRY(auto one, find_with_user(id));
    if (one) found.push_back(std::move(*one));
  }
  return found;
}

Result<std::vector<domain::Session>> SqlSessions::list(const domain::UserId& user, Timestamp now) {
  return map_all(connection_.query(kList, {user, now}), mapped);
}

Ask<std::int64_t> SqlSessions::ask_count_at_most(const domain::UserId& user) {
  return {{kCountAtMost, {user}}, [](const Rows& rows) { return rows.at(0).integer(0); }};
}

Result<std::int64_t> SqlSessions::count_at_most(const domain::UserId& user) {
  return ask(connection_, ask_count_at_most(user));
}

Result<bool> SqlSessions::renew(const domain::Session& s, const std::string& old_token_hash) {
  return connection_.execute(
             kRenew, {s.id, Blob{old_token_hash}, Blob{s.token_hash}, s.authenticated_at, s.last_seen_at, s.expires_at,
                      s.idle_timeout.count(), end_of(s.last_seen_at, s.idle_timeout, s.expires_at), named(s.acr),
                      word_list(s.amr), s.ip, s.user_agent, s.device, s.device_id}) == 1;
}

Result<> SqlSessions::touch(const domain::SessionId& id, Timestamp seen_at) {
  if (const auto row = connection_.query_one(kLifetimes, {id})) {
    connection_.send(kTouch, {id, seen_at, end_of(seen_at, Duration(row->integer(1)), row->time(0))});
  }
  return {};
}

Result<std::optional<domain::Session>> SqlSessions::remove(const domain::SessionId& id) {
  return map_one(connection_.query_one(kRemove, {id}), mapped);
}

Result<std::vector<domain::Session>> SqlSessions::remove_all(const domain::UserId& user,
                                                             const std::optional<domain::SessionId>& except) {
  return map_all(connection_.query(kRemoveAll, {user, except ? except->str() : std::string()}), mapped);
}

Result<int> SqlSessions::remove_expired(Timestamp now, int limit) {
  return static_cast<int>(connection_.execute(kRemoveExpired, {now, limit}));
}

Result<ports::Total> SqlSessions::count_live(Timestamp now) {
  auto total = count_bounded(connection_, "SELECT 1 FROM sessions WHERE ends_at > ?1 ORDER BY ends_at", {now});
  if (!total.exact) total.value = estimate_rows(connection_, CountedTable::sessions);
  return total;
}

}  // namespace gatehouse::adapters::sql
