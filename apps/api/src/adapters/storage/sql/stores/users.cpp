#include "adapters/storage/sql/stores/users.hpp"

#include "adapters/storage/sql/stores/filter.hpp"
#include "adapters/storage/sql/stores/fold.hpp"
#include "adapters/storage/sql/stores/mapping.hpp"
#include "adapters/storage/sql/stores/rows.hpp"

namespace gatehouse::adapters::sql {
namespace {

constexpr Statement kFind{"users.find", "SELECT " GH_USER_COLUMNS " FROM users WHERE id = ?1"};
constexpr Statement kFindByEmail{"users.find_by_email",
                                 "SELECT " GH_USER_COLUMNS " FROM users WHERE email_canonical = ?1"};
constexpr Statement kAdd{
    "users.add",
    "INSERT INTO users (id, email, email_canonical, email_verified_at, name, name_folded, locale, picture, status, "
    "status_reason, password_hash, password_changed_at, credential_version, password_exposed, reset_required, "
    "identity_verification, screening, screening_public, compliance_hold, deletion_due_at, reset_guard_until, "
    "mail_undeliverable, created_at, updated_at, last_sign_in_at, version) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, "
    "?23, ?24, ?25, ?26) ON CONFLICT DO NOTHING"};
constexpr Statement kIsUsed{"users.is_used_id", "SELECT 1 FROM used_ids WHERE id = ?1"};
constexpr Statement kSave{
    "users.save",
    "UPDATE users SET email = ?2, email_canonical = ?3, email_verified_at = ?4, name = ?5, name_folded = ?6, "
    "locale = ?7, picture = ?8, status = ?9, status_reason = ?10, password_hash = ?11, password_changed_at = ?12, "
    "credential_version = ?13, password_exposed = ?14, reset_required = ?15, identity_verification = ?16, "
    "screening = ?17, screening_public = ?18, compliance_hold = ?19, deletion_due_at = ?20, reset_guard_until = ?21, "
    "mail_undeliverable = ?22, created_at = ?23, updated_at = ?24, last_sign_in_at = ?25, version = version + 1 "
    "WHERE id = ?1 AND version = ?26"};
// SQLite's writers come one after another.
constexpr Statement kFindAndHold{"users.find_and_hold", "SELECT " GH_USER_COLUMNS " FROM users WHERE id = ?1",
                                 "SELECT " GH_USER_COLUMNS " FROM users WHERE id = ?1 FOR NO KEY UPDATE"};
constexpr Statement kNoteSignIn{"users.note_sign_in", "UPDATE users SET last_sign_in_at = ?2 WHERE id = ?1"};
constexpr Statement kHoldAbleCount{"users.hold_able_count", "SELECT 1",
                                   "SELECT 1 FROM (SELECT pg_advisory_xact_lock(7281946035511)) AS held"};
constexpr Statement kDueForErasure{"users.due_for_erasure",
                                   "SELECT id FROM users WHERE deletion_due_at <= ?1 AND status = 'pending_deletion' "
                                   "AND NOT compliance_hold ORDER BY deletion_due_at, id LIMIT ?2"};
constexpr Statement kErase{"users.erase", "DELETE FROM users WHERE id = ?1"};
constexpr Statement kRemember{"users.remember_id", "INSERT INTO used_ids (id) VALUES (?1) ON CONFLICT DO NOTHING"};

std::optional<domain::User> user_in(const Rows& rows) {
  return map_first(rows, [](const Row& row) { return user_from(row); });
}

/// Every member but version, in the order of kAdd and kSave.
Params written(const domain::User& user) {
  return {user.id,
          user.email,
          user.email_canonical,
          user.email_verified_at,
          user.name,
          user.name ? std::optional(fold_case(*user.name)) : std::nullopt,
          user.locale,
          user.picture,
          named(user.status),
          user.status_reason,
          user.password_hash,
          user.password_changed_at,
          user.credential_version,
          user.password_exposed,
          user.reset_required,
          named(user.identity_verification),
          named(user.screening),
          named(user.screening_public),
          user.compliance_hold,
          user.deletion_due_at,
          user.reset_guard_until,
          user.mail_undeliverable,
          user.created_at,
          user.updated_at,
          user.last_sign_in_at,
          user.version};
}

}  // namespace

Ask<std::optional<domain::User>> SqlUsers::ask_by_id(const domain::UserId& id) { return {{kFind, {id}}, user_in}; }

Ask<std::optional<domain::User>> SqlUsers::ask_by_email(const std::string& email_canonical) {
  return {{kFindByEmail, {email_canonical}}, user_in};
}

Ask<std::optional<domain::User>> SqlUsers::ask_and_hold(const domain::UserId& id) {
  return {{kFindAndHold, {id}}, user_in};
}

Result<std::optional<domain::User>> SqlUsers::find(const domain::UserId& id) { return ask(connection_, ask_by_id(id)); }

Result<std::optional<domain::User>> SqlUsers::find_by_email(const std::string& email_canonical) {
  return ask(connection_, ask_by_email(email_canonical));
}

Result<domain::User> SqlUsers::get(const domain::UserId& id) {
  auto user = ask(connection_, ask_by_id(id));
  if (!user) return fail(ErrorCode::not_found);
  return std::move(*user);
}

Result<> SqlUsers::add(const domain::User& user) {
  if (connection_.execute(kAdd, written(user)) == 0) {
    const bool by_email = connection_.query_one(kFindByEmail, {user.email_canonical}).has_value();
    return fail(by_email ? ErrorCode::email_taken : ErrorCode::id_taken);
  }
  // Asked after the insert, so that an erasure which the insert had to wait for is seen.
  if (connection_.query_one(kIsUsed, {user.id})) return fail(ErrorCode::id_taken);
  return {};
}

Result<> SqlUsers::save(domain::User& user) {
  try {
    if (connection_.execute(kSave, written(user)) == 0) {
      if (!connection_.query_one(kFind, {user.id})) return fail(ErrorCode::not_found);
      run_again("a user");
    }
  } catch (const DatabaseError& error) {
    if (error.kind() != DatabaseErrorKind::unique_violation || !error.constraint().starts_with("users")) throw;
    return fail(ErrorCode::email_taken);
  }
  ++user.version;
  return {};
}

Result<> SqlUsers::note_sign_in(const domain::UserId& id, Timestamp at) {
  connection_.send(kNoteSignIn, {id, at});
  return {};
}

Result<std::int64_t> SqlUsers::count_able_with_role(const std::vector<std::string>& roles, Timestamp now) {
  if (roles.empty()) return 0;
  // Two transactions that each take the role from another user would both count before either commits.
  connection_.query(kHoldAbleCount, {});
  Filter filter;
  std::string list;
  for (const auto& role : roles) list += (list.empty() ? "" : ", ") + filter.place(role);
  filter.add("role_assignments.role IN (" + list + ")");
  filter.add("(role_assignments.expires_at IS NULL OR role_assignments.expires_at > ?)", now);
  filter.add("users.status = 'active' AND users.email_verified_at IS NOT NULL");
  filter.add("(users.password_hash IS NOT NULL OR EXISTS (SELECT 1 FROM accounts WHERE accounts.user_id = users.id))");
  const std::string text =
      "SELECT count(DISTINCT users.id) FROM role_assignments JOIN users ON users.id = role_assignments.user_id" +
      filter.where();
  return connection_.query_one({"users.count_able_with_role", text}, filter.params())->integer(0);
}

Result<std::vector<domain::UserId>> SqlUsers::due_for_erasure(Timestamp now, int limit) {
  return map_all(connection_.query(kDueForErasure, {now, limit}),
                 [](const Row& row) { return row.id<domain::UserId>(0); });
}

Result<> SqlUsers::erase(const domain::UserId& id) {
  if (connection_.execute(kErase, {id}) == 0) return fail(ErrorCode::not_found);
  connection_.send(kRemember, {id});
  return {};
}

}  // namespace gatehouse::adapters::sql
