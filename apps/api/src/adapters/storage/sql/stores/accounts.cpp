#include "adapters/storage/sql/stores/accounts.hpp"

#include "adapters/storage/sql/stores/mapping.hpp"

namespace gatehouse::adapters::sql {
namespace {

#define GH_COLUMNS \
  "id, user_id, provider, issuer, subject, email, email_verified, name, sealed_tokens, created_at, last_used_at"

constexpr Statement kFindByIdentity{"accounts.find_by_identity",
                                    "SELECT " GH_COLUMNS " FROM accounts WHERE issuer = ?1 AND subject = ?2"};
constexpr Statement kFind{"accounts.find", "SELECT " GH_COLUMNS " FROM accounts WHERE id = ?1"};
constexpr Statement kList{"accounts.list", "SELECT " GH_COLUMNS " FROM accounts WHERE user_id = ?1 ORDER BY id"};
constexpr Statement kAdd{"accounts.add", "INSERT INTO accounts (" GH_COLUMNS
                                         ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) "
                                         "ON CONFLICT (issuer, subject) DO NOTHING"};
constexpr Statement kNoteUse{
    "accounts.note_use",
    "UPDATE accounts SET email = ?2, email_verified = ?3, sealed_tokens = ?4, last_used_at = ?5 "
    "WHERE id = ?1"};
constexpr Statement kRemove{"accounts.remove", "DELETE FROM accounts WHERE id = ?2 AND user_id = ?1"};
#undef GH_COLUMNS

domain::Account mapped(const Row& row) {
  domain::Account account;
  account.id = row.id<domain::AccountId>(0);
  account.user_id = row.id<domain::UserId>(1);
  account.provider = row.text(2);
  account.issuer = row.text(3);
  account.subject = row.text(4);
  account.email = row.optional_text(5);
  account.email_verified = row.boolean(6);
  account.name = row.optional_text(7);
  account.sealed_tokens = row.optional_blob(8);
  account.created_at = row.time(9);
  account.last_used_at = row.optional_time(10);
  return account;
}

}  // namespace

Result<std::optional<domain::Account>> SqlAccounts::find(const std::string& issuer, const std::string& subject) {
  return map_one(connection_.query_one(kFindByIdentity, {issuer, subject}), mapped);
}

Result<std::optional<domain::Account>> SqlAccounts::find(const domain::AccountId& id) {
  return map_one(connection_.query_one(kFind, {id}), mapped);
}

Result<std::vector<domain::Account>> SqlAccounts::list(const domain::UserId& user) {
  return map_all(connection_.query(kList, {user}), mapped);
}

Result<> SqlAccounts::add(const domain::Account& a) {
  const auto added =
      connection_.execute(kAdd, {a.id, a.user_id, a.provider, a.issuer, a.subject, a.email, a.email_verified, a.name,
                                 maybe_blob(a.sealed_tokens), a.created_at, a.last_used_at});
  if (added == 0) return fail(ErrorCode::account_linked_elsewhere);
  return {};
}

Result<> SqlAccounts::note_use(const domain::Account& a) {
  connection_.send(kNoteUse, {a.id, a.email, a.email_verified, maybe_blob(a.sealed_tokens), a.last_used_at});
  return {};
}

Result<bool> SqlAccounts::remove(const domain::UserId& user, const domain::AccountId& id) {
  return connection_.execute(kRemove, {user, id}) == 1;
}

}  // namespace gatehouse::adapters::sql
