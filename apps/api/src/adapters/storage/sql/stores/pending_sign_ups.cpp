#include "adapters/storage/sql/stores/pending_sign_ups.hpp"

#include "adapters/storage/sql/stores/mapping.hpp"

namespace gatehouse::adapters::sql {
namespace {

#define GH_COLUMNS "id, email, email_canonical, password_hash, name, locale, client_id, created_at, expires_at"

constexpr Statement kAdd{"pending_sign_ups.add",
                         "INSERT INTO pending_sign_ups (" GH_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"};
constexpr Statement kDropOldest{
    "pending_sign_ups.drop_oldest",
    "DELETE FROM pending_sign_ups WHERE email_canonical = ?1 AND id NOT IN (SELECT id FROM pending_sign_ups "
    "WHERE email_canonical = ?1 ORDER BY created_at DESC, id DESC LIMIT ?2)"};
constexpr Statement kList{"pending_sign_ups.list",
                          "SELECT " GH_COLUMNS
                          " FROM pending_sign_ups WHERE email_canonical = ?1 AND expires_at > ?2 "
                          "ORDER BY created_at, id"};
constexpr Statement kConsume{"pending_sign_ups.consume",
                             "DELETE FROM pending_sign_ups WHERE id = ?1 AND expires_at > ?2 RETURNING " GH_COLUMNS};
constexpr Statement kRemoveAll{"pending_sign_ups.remove_all",
                               "DELETE FROM pending_sign_ups WHERE email_canonical = ?1"};
constexpr Statement kRemoveExpired{"pending_sign_ups.remove_expired",
                                   "DELETE FROM pending_sign_ups WHERE id IN (SELECT id FROM pending_sign_ups "
                                   "WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)"};
#undef GH_COLUMNS

domain::PendingSignUp mapped(const Row& row) {
  domain::PendingSignUp pending;
  pending.id = row.id<domain::PendingSignUpId>(0);
  pending.email = row.text(1);
  pending.email_canonical = row.text(2);
  pending.password_hash = row.text(3);
  pending.name = row.optional_text(4);
  pending.locale = row.optional_text(5);
  pending.client_id = row.text(6);
  pending.created_at = row.time(7);
  pending.expires_at = row.time(8);
  return pending;
}

}  // namespace

Result<> SqlPendingSignUps::add(const domain::PendingSignUp& pending) {
  connection_.send(kAdd, {pending.id, pending.email, pending.email_canonical, pending.password_hash, pending.name,
                          pending.locale, pending.client_id, pending.created_at, pending.expires_at});
  connection_.send(kDropOldest, {pending.email_canonical, kMaxPerAddress});
  return {};
}

Ask<std::vector<domain::PendingSignUp>> SqlPendingSignUps::ask_live_of(const std::string& email_canonical,
                                                                       Timestamp now) {
  return {{kList, {email_canonical, now}}, [](const Rows& rows) { return map_all(rows, mapped); }};
}

Result<std::vector<domain::PendingSignUp>> SqlPendingSignUps::list(const std::string& email_canonical, Timestamp now) {
  return ask(connection_, ask_live_of(email_canonical, now));
}

Result<std::optional<domain::PendingSignUp>> SqlPendingSignUps::consume(const domain::PendingSignUpId& id,
                                                                        Timestamp now) {
  return map_one(connection_.query_one(kConsume, {id, now}), mapped);
}

Result<int> SqlPendingSignUps::remove_all(const std::string& email_canonical) {
  return static_cast<int>(connection_.execute(kRemoveAll, {email_canonical}));
}

Result<int> SqlPendingSignUps::remove_expired(Timestamp now, int limit) {
  return static_cast<int>(connection_.execute(kRemoveExpired, {now, limit}));
}

}  // namespace gatehouse::adapters::sql
