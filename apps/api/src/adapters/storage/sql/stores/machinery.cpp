#include "adapters/storage/sql/stores/machinery.hpp"

#include "adapters/storage/sql/stores/mapping.hpp"
#include "domain/identity/audit_chain.hpp"

namespace gatehouse::adapters::sql {
namespace {

constexpr Statement kReserve{
    "idempotency.reserve",
    "INSERT INTO idempotency_keys (key, request_hash, status, answer_json, expires_at) VALUES (?1, ?2, ?3, ?4, ?5) "
    "ON CONFLICT (key) DO UPDATE SET request_hash = excluded.request_hash, status = excluded.status, "
    "answer_json = excluded.answer_json, expires_at = excluded.expires_at WHERE idempotency_keys.expires_at <= ?6"};
constexpr Statement kRecorded{
    "idempotency.recorded",
    "SELECT key, request_hash, status, answer_json, expires_at FROM idempotency_keys WHERE key = ?1"};
constexpr Statement kFinish{
    "idempotency.finish", "UPDATE idempotency_keys SET status = ?2, answer_json = ?3, expires_at = ?4 WHERE key = ?1"};
constexpr Statement kRelease{"idempotency.release", "DELETE FROM idempotency_keys WHERE key = ?1"};
constexpr Statement kRemoveExpired{"idempotency.remove_expired",
                                   "DELETE FROM idempotency_keys WHERE key IN (SELECT key FROM idempotency_keys "
                                   "WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2) AND expires_at <= ?1"};
constexpr Statement kTakeLease{
    "leases.take",
    "INSERT INTO leases (name, holder, expires_at) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE "
    "SET holder = excluded.holder, expires_at = excluded.expires_at "
    "WHERE leases.holder = excluded.holder OR leases.expires_at <= ?4"};
constexpr Statement kGiveBackLease{"leases.give_back", "DELETE FROM leases WHERE name = ?1 AND holder = ?2"};
constexpr Statement kFindFact{"facts.find", "SELECT value FROM facts WHERE name = ?1"};
constexpr Statement kSettleFact{"facts.settle",
                                "INSERT INTO facts (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING"};
constexpr Statement kPutFact{
    "facts.put",
    "INSERT INTO facts (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value"};
constexpr Statement kConsumeFact{"facts.consume", "DELETE FROM facts WHERE name = ?1"};

// What hangs on users goes with them.
constexpr Statement kEmpty[] = {
    {"reset.users", "DELETE FROM users"},
    {"reset.used_ids", "DELETE FROM used_ids"},
    {"reset.login_attempts", "DELETE FROM login_attempts"},
    {"reset.pending_sign_ups", "DELETE FROM pending_sign_ups"},
    {"reset.verification_tokens", "DELETE FROM verification_tokens"},
    {"reset.oauth_tickets", "DELETE FROM oauth_tickets"},
    {"reset.session_invalidations", "DELETE FROM session_invalidations"},
    {"reset.throttle_budgets", "DELETE FROM throttle_budgets"},
    {"reset.auth_audit_log", "DELETE FROM auth_audit_log"},
    {"reset.audit_checkpoints", "DELETE FROM audit_checkpoints"},
    {"reset.outbox_events", "DELETE FROM outbox_events"},
    {"reset.subject_versions", "DELETE FROM subject_versions"},
    {"reset.inbox_events", "DELETE FROM inbox_events"},
    {"reset.mail_messages", "DELETE FROM mail_messages"},
    {"reset.mail_webhooks", "DELETE FROM mail_webhooks"},
    {"reset.idempotency_keys", "DELETE FROM idempotency_keys"},
};
constexpr Statement kRestartChain{"reset.chain",
                                  "UPDATE ledger_heads SET sequence = 0, hash = ?1 WHERE name = 'audit'"};

}  // namespace

Result<std::optional<ports::IdempotencyRecord>> SqlMachinery::reserve_idempotency(
    const ports::IdempotencyRecord& record, Timestamp now) {
  const Params params{record.key, record.request_hash, record.status, record.answer_json, record.expires_at, now};
  if (connection_.execute(kReserve, params) == 1) return std::nullopt;
  const auto row = connection_.query_one(kRecorded, {record.key});
  if (!row) run_again("an idempotency key");
  return ports::IdempotencyRecord{row->text(0), row->text(1), row->small(2), row->text(3), row->time(4)};
}

Result<> SqlMachinery::finish_idempotency(const ports::IdempotencyRecord& record) {
  connection_.send(kFinish, {record.key, record.status, record.answer_json, record.expires_at});
  return {};
}

Result<> SqlMachinery::release_idempotency(const std::string& key) {
  connection_.send(kRelease, {key});
  return {};
}

Result<int> SqlMachinery::remove_expired_idempotency(Timestamp now, int limit) {
  return static_cast<int>(connection_.execute(kRemoveExpired, {now, limit}));
}

Result<bool> SqlMachinery::take_lease(const std::string& name, const std::string& holder, Timestamp now, Duration ttl) {
  return connection_.execute(kTakeLease, {name, holder, now + ttl, now}) == 1;
}

Result<> SqlMachinery::give_back_lease(const std::string& name, const std::string& holder) {
  connection_.send(kGiveBackLease, {name, holder});
  return {};
}

Result<std::optional<std::string>> SqlMachinery::find_fact(const std::string& name) {
  return map_one(connection_.query_one(kFindFact, {name}), [](const Row& row) { return row.text(0); });
}

Result<std::string> SqlMachinery::settle_fact(const std::string& name, const std::string& value) {
  if (connection_.execute(kSettleFact, {name, value}) == 1) return value;
  const auto row = connection_.query_one(kFindFact, {name});
  if (!row) run_again("a fact");
  return row->text(0);
}

Result<> SqlMachinery::put_fact(const std::string& name, const std::string& value) {
  connection_.send(kPutFact, {name, value});
  return {};
}

Result<bool> SqlMachinery::consume_fact(const std::string& name) {
  return connection_.execute(kConsumeFact, {name}) == 1;
}

Result<> SqlMachinery::reset() {
  for (const Statement& statement : kEmpty) connection_.send(statement, {});
  connection_.send(kRestartChain, {Blob{domain::genesis_hash()}});
  return {};
}

}  // namespace gatehouse::adapters::sql
