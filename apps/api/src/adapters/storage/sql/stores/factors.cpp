#include "adapters/storage/sql/stores/factors.hpp"

#include "adapters/storage/sql/stores/mapping.hpp"

namespace gatehouse::adapters::sql {
namespace {

constexpr Statement kFindTotp{
    "factors.find_totp",
    "SELECT user_mfa_secrets.id, user_mfa_secrets.user_id, user_mfa_secrets.sealed_secret, "
    "user_mfa_secrets.confirmed_at, user_mfa_secrets.last_step, user_mfa_secrets.created_at, "
    "coalesce(factor_counters.failures, 0), factor_counters.last_failure_at, factor_counters.locked_at "
    "FROM user_mfa_secrets LEFT JOIN factor_counters ON factor_counters.user_id = user_mfa_secrets.user_id "
    "AND factor_counters.factor = 'totp' WHERE user_mfa_secrets.user_id = ?1"};
constexpr Statement kPutTotp{
    "factors.put_totp",
    "INSERT INTO user_mfa_secrets (user_id, id, sealed_secret, confirmed_at, last_step, created_at) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (user_id) DO UPDATE SET id = excluded.id, "
    "sealed_secret = excluded.sealed_secret, confirmed_at = excluded.confirmed_at, last_step = excluded.last_step, "
    "created_at = excluded.created_at WHERE user_mfa_secrets.confirmed_at IS NULL"};
constexpr Statement kConfirmTotp{"factors.confirm_totp",
                                 "UPDATE user_mfa_secrets SET confirmed_at = ?4, last_step = ?3 "
                                 "WHERE user_id = ?1 AND id = ?2 AND confirmed_at IS NULL AND last_step < ?3"};
constexpr Statement kAcceptStep{
    "factors.accept_totp_step",
    "UPDATE user_mfa_secrets SET last_step = ?2 WHERE user_id = ?1 AND confirmed_at IS NOT NULL AND last_step < ?2 "
    "AND NOT EXISTS (SELECT 1 FROM factor_counters WHERE factor_counters.user_id = ?1 "
    "AND factor_counters.factor = 'totp' AND factor_counters.locked_at IS NOT NULL)"};
constexpr Statement kRemoveTotp{"factors.remove_totp", "DELETE FROM user_mfa_secrets WHERE user_id = ?1"};

constexpr Statement kFindCounter{
    "factors.find_counter",
    "SELECT failures, last_failure_at, locked_at FROM factor_counters WHERE user_id = ?1 AND factor = ?2"};
constexpr Statement kSpendTry{
    "factors.spend_try",
    "INSERT INTO factor_counters (user_id, factor, failures, last_failure_at, locked_at) VALUES (?1, ?2, 1, ?4, NULL) "
    "ON CONFLICT (user_id, factor) DO UPDATE SET failures = factor_counters.failures + 1, "
    "last_failure_at = excluded.last_failure_at, locked_at = CASE WHEN factor_counters.failures + 1 >= ?3 "
    "THEN excluded.last_failure_at END "
    "WHERE factor_counters.failures < ?3 AND factor_counters.locked_at IS NULL RETURNING factor_counters.failures"};
constexpr Statement kClearCounter{"factors.clear_counter",
                                  "DELETE FROM factor_counters WHERE user_id = ?1 AND factor = ?2"};

constexpr Statement kRemoveCodes{"factors.remove_backup_codes", "DELETE FROM mfa_backup_codes WHERE user_id = ?1"};
constexpr Statement kAddCode{"factors.add_backup_code",
                             "INSERT INTO mfa_backup_codes (id, user_id, code_hash, salt, used_at, created_at) "
                             "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"};
constexpr Statement kListCodes{"factors.list_backup_codes",
                               "SELECT id, user_id, code_hash, salt, created_at FROM mfa_backup_codes "
                               "WHERE user_id = ?1 AND used_at IS NULL ORDER BY id"};
constexpr Statement kConsumeCode{"factors.consume_backup_code",
                                 "UPDATE mfa_backup_codes SET used_at = ?2 WHERE id = ?1 AND used_at IS NULL"};

domain::FactorFailures failures_at(const Row& row, std::size_t first) {
  return {row.integer(first), row.optional_time(first + 1), row.optional_time(first + 2)};
}

domain::TotpSecret totp_from(const Row& row) {
  domain::TotpSecret secret;
  secret.id = row.id<domain::FactorId>(0);
  secret.user_id = row.id<domain::UserId>(1);
  secret.sealed_secret = row.blob(2);
  secret.confirmed_at = row.optional_time(3);
  secret.last_step = row.integer(4);
  secret.created_at = row.time(5);
  secret.failures = failures_at(row, 6);
  return secret;
}

domain::BackupCode code_from(const Row& row) {
  return {row.id<domain::FactorId>(0), row.id<domain::UserId>(1), row.blob(2), row.blob(3), std::nullopt, row.time(4)};
}

}  // namespace

Ask<std::optional<domain::TotpSecret>> SqlFactors::ask_totp(const domain::UserId& user) {
  return {{kFindTotp, {user}}, [](const Rows& rows) { return map_first(rows, totp_from); }};
}

Result<std::optional<domain::TotpSecret>> SqlFactors::find_totp(const domain::UserId& user) {
  return ask(connection_, ask_totp(user));
}

Result<> SqlFactors::put_totp(const domain::TotpSecret& secret) {
  const auto changed = connection_.execute(kPutTotp, {secret.user_id, secret.id, Blob{secret.sealed_secret},
                                                      secret.confirmed_at, secret.last_step, secret.created_at});
  if (changed == 0) return fail(ErrorCode::already_enrolled);
  return {};
}

Result<bool> SqlFactors::confirm_totp(const domain::UserId& user, const domain::FactorId& secret, std::int64_t step,
                                      Timestamp now) {
  return connection_.execute(kConfirmTotp, {user, secret, step, now}) == 1;
}

Result<bool> SqlFactors::accept_totp_step(const domain::UserId& user, std::int64_t step) {
  return connection_.execute(kAcceptStep, {user, step}) == 1;
}

Result<bool> SqlFactors::remove_totp(const domain::UserId& user) {
  return connection_.execute(kRemoveTotp, {user}) == 1;
}

Result<domain::FactorFailures> SqlFactors::find_counter(const domain::UserId& user, domain::FactorKind factor) {
  const auto row = connection_.query_one(kFindCounter, {user, named(factor)});
  return row ? failures_at(*row, 0) : domain::FactorFailures{};
}

Result<std::optional<std::int64_t>> SqlFactors::spend_try(const domain::UserId& user, domain::FactorKind factor,
                                                          int limit, Timestamp now) {
  const auto row = connection_.query_one(kSpendTry, {user, named(factor), limit, now});
  return row ? std::optional(row->integer(0)) : std::nullopt;
}

Result<> SqlFactors::clear_counter(const domain::UserId& user, domain::FactorKind factor) {
  connection_.send(kClearCounter, {user, named(factor)});
  return {};
}

Result<> SqlFactors::replace_backup_codes(const domain::UserId& user, const std::vector<domain::BackupCode>& codes) {
  connection_.send(kRemoveCodes, {user});
  for (const auto& code : codes) {
    connection_.send(kAddCode, {code.id, user, Blob{code.code_hash}, Blob{code.salt}, code.used_at, code.created_at});
  }
  return {};
}

Result<std::vector<domain::BackupCode>> SqlFactors::list_backup_codes(const domain::UserId& user) {
  return map_all(connection_.query(kListCodes, {user}), code_from);
}

Result<bool> SqlFactors::consume_backup_code(const domain::FactorId& id, Timestamp now) {
  return connection_.execute(kConsumeCode, {id, now}) == 1;
}

Result<> SqlFactors::remove_backup_codes(const domain::UserId& user) {
  connection_.send(kRemoveCodes, {user});
  return {};
}

}  // namespace gatehouse::adapters::sql
