#pragma once
// Linked provider accounts in SQL: see ports/stores/people.hpp.
#include "adapters/storage/sql/connection.hpp"
#include "modules/identity/ports/stores/people.hpp"

namespace gatehouse::adapters::sql {

class SqlAccounts final : public ports::Accounts {
 public:
  explicit SqlAccounts(Connection& connection) : connection_(connection) {}

  Result<std::optional<domain::Account>> find(const std::string& issuer, const std::string& subject) override;
  Result<std::optional<domain::Account>> find(const domain::AccountId& id) override;
  Result<std::vector<domain::Account>> list(const domain::UserId& user) override;
  Result<> add(const domain::Account& account) override;
  Result<> note_use(const domain::Account& account) override;
  Result<bool> remove(const domain::UserId& user, const domain::AccountId& id) override;

 private:
  Connection& connection_;
};

}  // namespace gatehouse::adapters::sql
