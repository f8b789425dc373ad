#pragma once
// Throttle states in SQL, for the length of one closure: see ports/stores/defence.hpp.
#include "adapters/storage/sql/connection.hpp"
#include "modules/identity/ports/stores/defence.hpp"

namespace gatehouse::adapters::sql {

class SqlThrottleCounters final : public ports::ThrottleCounters {
 public:
  explicit SqlThrottleCounters(Connection& connection) : connection_(connection) {}

  Result<domain::BudgetState> find(domain::BudgetKind kind, const std::string& key) override;
  Result<domain::BudgetState> hold(domain::BudgetKind kind, const std::string& key) override;
  Result<std::vector<domain::BudgetState>> hold_all(const std::vector<ports::BudgetKey>& budgets) override;
  Result<> save(domain::BudgetKind kind, const std::string& key, const domain::BudgetState& before,
                const domain::BudgetState& after) override;
  Result<> save_all(const std::vector<ports::BudgetChange>& changes) override;
  Result<> clear(domain::BudgetKind kind, const std::string& key) override;
  Result<> settle(const std::string& key, const domain::BudgetReceipt& receipt, domain::TryOutcome outcome) override;
  Result<int> remove_before(Timestamp time, int limit) override;

  /// What holds these where all of them have a row, to be asked along with other questions, and then noted; nothing
  /// where a question of its own costs no trip. A following hold_all() of the same needs no more.
  std::optional<Connection::Question> ask_to_hold(const std::vector<ports::BudgetKey>& budgets) const;
  void note_held(const std::vector<ports::BudgetKey>& budgets, const Rows& rows);

 private:
  bool holds(const std::vector<ports::BudgetChange>& changes) const;

  Connection& connection_;
  /// On PostgreSQL, whose locks outlive this object: what they hold, it may replace without a guard.
  std::vector<ports::BudgetKey> held_;
  std::vector<domain::BudgetState> held_states_;
};

}  // namespace gatehouse::adapters::sql
