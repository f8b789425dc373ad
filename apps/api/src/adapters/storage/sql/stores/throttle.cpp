#include "adapters/storage/sql/stores/throttle.hpp"

#include "adapters/storage/sql/stores/mapping.hpp"

namespace gatehouse::adapters::sql {
namespace {

constexpr Statement kFind{"throttle.find",
                          "SELECT failures, last_at, forgiven_at FROM throttle_budgets WHERE kind = ?1 AND key = ?2"};
// The update changes nothing; it is there for the row's lock, which on PostgreSQL lasts until the transaction ends.
constexpr Statement kHold{"throttle.hold",
                          "INSERT INTO throttle_budgets (kind, key, failures, last_at, forgiven_at) "
                          "VALUES (?1, ?2, 0, ?3, ?3) ON CONFLICT (kind, key) DO UPDATE "
                          "SET failures = throttle_budgets.failures RETURNING throttle_budgets.failures, "
                          "throttle_budgets.last_at, throttle_budgets.forgiven_at"};
constexpr Statement kAdd{"throttle.add",
                         "INSERT INTO throttle_budgets (kind, key, failures, last_at, forgiven_at) "
                         "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (kind, key) DO NOTHING"};
constexpr Statement kSave{"throttle.save",
                          "UPDATE throttle_budgets SET failures = ?3, last_at = ?4, forgiven_at = ?5 "
                          "WHERE kind = ?1 AND key = ?2 AND failures = ?6 AND last_at = ?7 AND forgiven_at = ?8"};
constexpr Statement kClear{"throttle.clear", "DELETE FROM throttle_budgets WHERE kind = ?1 AND key = ?2"};
constexpr Statement kRemoveBefore{
    "throttle.remove_before",
    "DELETE FROM throttle_budgets WHERE (kind, key) IN (SELECT kind, key FROM throttle_budgets WHERE last_at < ?1 "
    "ORDER BY last_at LIMIT ?2) AND last_at < ?1"};

domain::BudgetState mapped(const Row& row) { return {row.integer(0), row.time(1), row.time(2)}; }

}  // namespace

Result<domain::BudgetState> SqlThrottleCounters::find(domain::BudgetKind kind, const std::string& key) {
  const auto row = connection_.query_one(kFind, {named(kind), key});
  return row ? mapped(*row) : domain::BudgetState{};
}

Result<domain::BudgetState> SqlThrottleCounters::hold(domain::BudgetKind kind, const std::string& key) {
  return mapped(*connection_.query_one(kHold, {named(kind), key, Timestamp{}}));
}

Result<> SqlThrottleCounters::save(domain::BudgetKind kind, const std::string& key, const domain::BudgetState& before,
                                   const domain::BudgetState& after) {
  const Params params{
      named(kind),       key, after.failures, after.last_at, after.forgiven_at, before.failures, before.last_at,
      before.forgiven_at};
  if (connection_.execute(kSave, params) == 1) return {};
  const bool fresh = before == domain::BudgetState{};
  if (fresh && connection_.execute(kAdd, Params(params.begin(), params.begin() + 5)) == 1) return {};
  run_again("a throttle state");
}

Result<> SqlThrottleCounters::clear(domain::BudgetKind kind, const std::string& key) {
  connection_.execute(kClear, {named(kind), key});
  return {};
}

Result<int> SqlThrottleCounters::remove_before(Timestamp time, int limit) {
  return static_cast<int>(connection_.execute(kRemoveBefore, {time, limit}));
}

}  // namespace gatehouse::adapters::sql
