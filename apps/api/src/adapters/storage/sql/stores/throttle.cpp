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
// PostgreSQL's alone: one round trip for all budgets of a try. Lists as texts, since neither names nor HMACs have
// commas; rows are locked in the order of the list.
constexpr Statement kHoldAll{
    "throttle.hold_all",
    "INSERT INTO throttle_budgets (kind, key, failures, last_at, forgiven_at) SELECT kind, key, 0, ?3, ?3 "
    "FROM unnest(string_to_array(?1, ','), string_to_array(?2, ',')) WITH ORDINALITY AS held(kind, key, place) "
    "ORDER BY place ON CONFLICT (kind, key) DO UPDATE SET failures = throttle_budgets.failures "
    "RETURNING throttle_budgets.failures, throttle_budgets.last_at, throttle_budgets.forgiven_at, kind, key"};
constexpr Statement kSaveAll{
    "throttle.save_all",
    "UPDATE throttle_budgets AS t SET failures = c.failures, last_at = c.last_at, forgiven_at = c.forgiven_at "
    "FROM unnest(string_to_array(?1, ','), string_to_array(?2, ','), string_to_array(?3, ',')::bigint[], "
    "string_to_array(?4, ',')::timestamptz[], string_to_array(?5, ',')::timestamptz[], "
    "string_to_array(?6, ',')::bigint[], string_to_array(?7, ',')::timestamptz[], "
    "string_to_array(?8, ',')::timestamptz[]) AS c(kind, key, failures, last_at, forgiven_at, failures_before, "
    "last_at_before, forgiven_at_before) WHERE t.kind = c.kind AND t.key = c.key AND t.failures = c.failures_before "
    "AND t.last_at = c.last_at_before AND t.forgiven_at = c.forgiven_at_before"};
constexpr Statement kClear{"throttle.clear", "DELETE FROM throttle_budgets WHERE kind = ?1 AND key = ?2"};
constexpr Statement kRemoveBefore{
    "throttle.remove_before",
    "DELETE FROM throttle_budgets WHERE (kind, key) IN (SELECT kind, key FROM throttle_budgets WHERE last_at < ?1 "
    "ORDER BY last_at LIMIT ?2) AND last_at < ?1"};

/// What `text_of` says of each, with commas between.
template <class Items, class TextOf>
std::string comma_list(const Items& items, TextOf text_of) {
  std::string list;
  for (const auto& item : items) list.append(list.empty() ? "" : ",").append(text_of(item));
  return list;
}

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

Result<std::vector<domain::BudgetState>> SqlThrottleCounters::hold_all(const std::vector<ports::BudgetKey>& budgets) {
  std::vector<domain::BudgetState> states(budgets.size());
  if (!connection_.dialect().is_postgres) {
    for (std::size_t i = 0; i < budgets.size(); ++i) {
      GH_TRY(states[i], hold(budgets[i].kind, budgets[i].key));
    }
    return states;
  }
  const auto kinds = comma_list(budgets, [](const auto& each) { return std::string(domain::to_text(each.kind)); });
  const auto keys = comma_list(budgets, [](const auto& each) { return each.key; });
  for (const Row& row : connection_.query(kHoldAll, {kinds, keys, Timestamp{}}))
    for (std::size_t i = 0; i < budgets.size(); ++i)
      if (row.text(3) == domain::to_text(budgets[i].kind) && row.text(4) == budgets[i].key) states[i] = mapped(row);
  return states;
}

Result<> SqlThrottleCounters::save_all(const std::vector<ports::BudgetChange>& changes) {
  if (!connection_.dialect().is_postgres) {
    for (const auto& each : changes) GH_CHECK(save(each.budget.kind, each.budget.key, each.before, each.after));
    return {};
  }
  const auto list = [&](auto text_of) { return comma_list(changes, text_of); };
  const Params params{list([](const auto& each) { return std::string(domain::to_text(each.budget.kind)); }),
                      list([](const auto& each) { return each.budget.key; }),
                      list([](const auto& each) { return std::to_string(each.after.failures); }),
                      list([](const auto& each) { return to_rfc3339(each.after.last_at); }),
                      list([](const auto& each) { return to_rfc3339(each.after.forgiven_at); }),
                      list([](const auto& each) { return std::to_string(each.before.failures); }),
                      list([](const auto& each) { return to_rfc3339(each.before.last_at); }),
                      list([](const auto& each) { return to_rfc3339(each.before.forgiven_at); })};
  if (connection_.execute(kSaveAll, params) != std::ssize(changes)) run_again("a throttle state");
  return {};
}

Result<> SqlThrottleCounters::clear(domain::BudgetKind kind, const std::string& key) {
  connection_.execute(kClear, {named(kind), key});
  return {};
}

Result<int> SqlThrottleCounters::remove_before(Timestamp time, int limit) {
  return static_cast<int>(connection_.execute(kRemoveBefore, {time, limit}));
}

}  // namespace gatehouse::adapters::sql
