#pragma once
// What a sign-in asks of several stores, in SQL: see ports/stores/sign_ins.hpp. The statements are the stores' own.
#include "adapters/storage/sql/connection.hpp"
#include "adapters/storage/sql/stores/throttle.hpp"
#include "modules/identity/ports/stores/sign_ins.hpp"

namespace gatehouse::adapters::sql {

class SqlSignIns final : public ports::SignIns {
 public:
  SqlSignIns(Connection& connection, SqlThrottleCounters& throttle) : connection_(connection), throttle_(throttle) {}

  Result<ports::Claimed> claimed(const std::string& email_canonical, const std::optional<domain::DeviceId>& device,
                                 const std::vector<ports::BudgetKey>& budgets, Timestamp now) override;
  Result<ports::Standing> standing(const ports::PastQuestion& question, Timestamp now) override;
  Result<ports::HeldUser> hold(const domain::UserId& user) override;

 private:
  Connection& connection_;
  SqlThrottleCounters& throttle_;
};

}  // namespace gatehouse::adapters::sql
