#include "adapters/storage/sql/stores/throttle.hpp"

#include <algorithm>

#include "adapters/storage/sql/stores/mapping.hpp"
#include "domain/identity/risk_assessment.hpp"

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
                         "INSERT INTO throttle_budgets (kind, key, failures, last_at, forgiven_at, last_hour) "
                         "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (kind, key) DO NOTHING"};
constexpr Statement kSave{"throttle.save",
                          "UPDATE throttle_budgets SET failures = ?3, last_at = ?4, forgiven_at = ?5, last_hour = CASE "
                          "WHEN last_hour < ?6 THEN ?6 ELSE last_hour END "
                          "WHERE kind = ?1 AND key = ?2 AND failures = ?7 AND last_at = ?8 AND forgiven_at = ?9"};
// PostgreSQL's alone, for all budgets of a try in one round trip. Lists as texts, since neither names nor HMACs have
// commas; rows are locked in the order of the list, which is that of the names.
constexpr Statement kAddAndHold{
    "throttle.add_and_hold",
    "INSERT INTO throttle_budgets (kind, key, failures, last_at, forgiven_at) SELECT kind, key, 0, ?3, ?3 "
    "FROM unnest(string_to_array(?1, ','), string_to_array(?2, ',')) WITH ORDINALITY AS held(kind, key, place) "
    "ORDER BY place ON CONFLICT (kind, key) DO UPDATE SET failures = throttle_budgets.failures "
    "RETURNING throttle_budgets.failures, throttle_budgets.last_at, throttle_budgets.forgiven_at, kind, key"};
constexpr Statement kClear{"throttle.clear", "DELETE FROM throttle_budgets WHERE kind = ?1 AND key = ?2"};
// domain::settle, by statements that need no look first: others of the same network wait for whoever holds its row.
constexpr Statement kEmpty{"throttle.empty",
                           "UPDATE throttle_budgets SET failures = 0, last_at = ?3, forgiven_at = ?3 "
                           "WHERE kind = ?1 AND key = ?2"};
constexpr Statement kGiveBack{
    "throttle.give_back",
    "UPDATE throttle_budgets SET failures = CASE WHEN failures > 1 THEN failures - 1 ELSE 0 END, "
    "last_at = CASE WHEN failures <= 1 THEN ?3 WHEN last_at = ?4 THEN ?5 ELSE last_at END, "
    "forgiven_at = CASE WHEN failures <= 1 THEN ?3 ELSE forgiven_at END WHERE kind = ?1 AND key = ?2"};
constexpr Statement kRemoveBefore{
    "throttle.remove_before",
    "DELETE FROM throttle_budgets WHERE (kind, key) IN (SELECT kind, key FROM throttle_budgets WHERE last_hour < ?1 "
    "AND last_at < ?1 ORDER BY last_hour LIMIT ?2) AND last_at < ?1"};

/// `one` for each of `count` budgets, which have `each` parameters; `@1` in it is the budget's first.
std::string repeated(std::size_t count, std::size_t each, std::string_view one, std::string_view between) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) text += between;
    for (std::size_t at = 0; at < one.size(); ++at) {
      text += one[at] == '@' ? "?" + std::to_string(i * each + static_cast<std::size_t>(one[++at] - '0'))
                             : std::string(1, one[at]);
    }
  }
  return text;
}

// Conditions by OR and no join: whatever PostgreSQL knew of the table when it planned, it takes the key's index. All
// rows or none: who held the network alone, and then made the account's row, would wait for one that holds the account
// and waits for the network.
std::string make_hold_text(std::size_t count) {
  const std::string those = "(" + repeated(count, 2, "(kind = @1 AND key = @2)", " OR ") + ")";
  const std::string all_there =
      " AND (SELECT count(*) FROM throttle_budgets WHERE " + those + ") = " + std::to_string(count);
  return "SELECT failures, last_at, forgiven_at, kind, key FROM throttle_budgets WHERE " + those +
         (count > 1 ? all_there : "") + " ORDER BY kind, key FOR UPDATE";
}
std::string make_save_text(std::size_t count, bool guarded) {
  const std::size_t each = guarded ? 9 : 6;
  const auto by_kind = [&](std::string_view one) { return "CASE kind " + repeated(count, each, one, " ") + " END"; };
  const std::string_view of_row =
      guarded ? "(kind = @1 AND key = @2 AND failures = @7 AND last_at = @8 AND forgiven_at = @9)"
              : "(kind = @1 AND key = @2)";
  return "UPDATE throttle_budgets SET failures = " + by_kind("WHEN @1 THEN @3") +
         ", last_at = " + by_kind("WHEN @1 THEN @4") + ", forgiven_at = " + by_kind("WHEN @1 THEN @5") +
         ", last_hour = greatest(last_hour, " + by_kind("WHEN @1 THEN @6") + ") WHERE " +
         repeated(count, each, of_row, " OR ");
}

/// A text for each number of budgets that a try can have, one of a kind at the most.
template <class Make>
std::vector<std::string> for_each_count(Make make) {
  constexpr std::size_t kMost = static_cast<std::size_t>(domain::BudgetKind::provider_flow) + 1;
  std::vector<std::string> texts(1);
  texts.reserve(kMost + 1);
  for (std::size_t count = 1; count <= kMost; ++count) texts.push_back(make(count));
  return texts;
}
const Statement& hold_statement(std::size_t count) {
  static const auto texts = for_each_count(make_hold_text);
  static const auto statements = [] {
    std::vector<Statement> all;
    all.reserve(texts.size());
    for (const std::string& text : texts) all.push_back({"throttle.hold_all", text});
    return all;
  }();
  return statements.at(count);
}
const std::string& save_text(std::size_t count, bool guarded) {
  static const auto plain = for_each_count([](std::size_t n) { return make_save_text(n, false); });
  static const auto careful = for_each_count([](std::size_t n) { return make_save_text(n, true); });
  return (guarded ? careful : plain).at(count);
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
  held_.clear();
  const Params params{named(kind),       key,
                      after.failures,    after.last_at,
                      after.forgiven_at, domain::hour_of(after.last_at),
                      before.failures,   before.last_at,
                      before.forgiven_at};
  if (connection_.execute(kSave, params) == 1) return {};
  const bool fresh = before == domain::BudgetState{};
  if (fresh && connection_.execute(kAdd, Params(params.begin(), params.begin() + 6)) == 1) return {};
  run_again("a throttle state");
}

std::optional<Connection::Question> SqlThrottleCounters::ask_to_hold(
    const std::vector<ports::BudgetKey>& budgets) const {
  if (budgets.empty() || !connection_.dialect().is_postgres) return std::nullopt;
  Params keys;
  keys.reserve(2 * budgets.size());
  for (const auto& each : budgets) keys.insert(keys.end(), {named(each.kind), each.key});
  return Connection::Question{hold_statement(budgets.size()), std::move(keys)};
}

void SqlThrottleCounters::note_held(const std::vector<ports::BudgetKey>& budgets, const Rows& rows) {
  if (rows.size() < budgets.size()) return;
  held_ = budgets;
  held_states_.assign(budgets.size(), {});
  for (const Row& row : rows)
    for (std::size_t i = 0; i < budgets.size(); ++i)
      if (row.text(3) == domain::to_text(budgets[i].kind) && row.text(4) == budgets[i].key)
        held_states_[i] = mapped(row);
}

Result<std::vector<domain::BudgetState>> SqlThrottleCounters::hold_all(const std::vector<ports::BudgetKey>& budgets) {
  std::vector<domain::BudgetState> states(budgets.size());
  if (budgets.empty()) return states;
  if (!connection_.dialect().is_postgres) {
    for (std::size_t i = 0; i < budgets.size(); ++i) {
      GH_TRY(states[i], hold(budgets[i].kind, budgets[i].key));
    }
    return states;
  }
  if (held_ == budgets) return held_states_;
  const auto holding = ask_to_hold(budgets);
  note_held(budgets, connection_.query(holding->statement, holding->params));
  if (held_ == budgets) return held_states_;
  // Rows that exist are only locked; an upsert would leave a dead one for each.
  std::string kinds, keys;
  for (const auto& each : budgets) {
    kinds.append(kinds.empty() ? "" : ",").append(domain::to_text(each.kind));
    keys.append(keys.empty() ? "" : ",").append(each.key);
  }
  note_held(budgets, connection_.query(kAddAndHold, {kinds, keys, Timestamp{}}));
  return held_states_;
}

bool SqlThrottleCounters::holds(const std::vector<ports::BudgetChange>& changes) const {
  return std::equal(changes.begin(), changes.end(), held_.begin(), held_.end(),
                    [](const auto& change, const auto& held) { return change.budget == held; }) &&
         std::equal(changes.begin(), changes.end(), held_states_.begin(), held_states_.end(),
                    [](const auto& change, const auto& held) { return change.before == held; });
}

Result<> SqlThrottleCounters::save_all(const std::vector<ports::BudgetChange>& changes) {
  if (!connection_.dialect().is_postgres) {
    for (const auto& each : changes) GH_CHECK(save(each.budget.kind, each.budget.key, each.before, each.after));
    return {};
  }
  if (changes.empty()) return {};
  const bool guarded = !holds(changes);
  Params params;
  for (const auto& [budget, before, after] : changes) {
    params.insert(params.end(), {named(budget.kind), budget.key, after.failures, after.last_at, after.forgiven_at,
                                 domain::hour_of(after.last_at)});
    if (guarded) params.insert(params.end(), {before.failures, before.last_at, before.forgiven_at});
  }
  held_.clear();
  const std::string& text = save_text(changes.size(), guarded);
  if (!guarded) {
    connection_.send({"throttle.save_held", text}, params);
  } else if (connection_.execute({"throttle.save_all", text}, params) != std::ssize(changes)) {
    run_again("a throttle state");
  }
  return {};
}

Result<> SqlThrottleCounters::clear(domain::BudgetKind kind, const std::string& key) {
  held_.clear();
  connection_.send(kClear, {named(kind), key});
  return {};
}

Result<> SqlThrottleCounters::settle(const std::string& key, const domain::BudgetReceipt& receipt,
                                     domain::TryOutcome outcome) {
  if (outcome == domain::TryOutcome::failure) return {};
  held_.clear();
  if (domain::leaves_nothing(receipt.kind, outcome))
    connection_.send(kEmpty, {named(receipt.kind), key, Timestamp{}});
  else
    connection_.send(kGiveBack, {named(receipt.kind), key, Timestamp{}, receipt.reserved_at, receipt.previous_at});
  return {};
}

Result<int> SqlThrottleCounters::remove_before(Timestamp time, int limit) {
  return static_cast<int>(connection_.execute(kRemoveBefore, {time, limit}));
}

}  // namespace gatehouse::adapters::sql
