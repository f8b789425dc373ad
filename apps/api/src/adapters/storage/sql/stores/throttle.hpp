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
  Result<> reset(const ports::BudgetKey& budget) override;
  Result<int> remove_before(Timestamp time, int limit) override;

 private:
  bool holds(const std::vector<ports::BudgetChange>& changes) const;

  Connection& connection_;
  /// By hold_all() on PostgreSQL, whose locks outlive this object: what they hold, it may replace without a guard.
  std::vector<ports::BudgetKey> held_;
  std::vector<domain::BudgetState> held_states_;
};

}  // namespace gatehouse::adapters::sql
