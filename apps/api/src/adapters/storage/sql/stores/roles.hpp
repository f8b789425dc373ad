#pragma once
// Role assignments in SQL: see ports/stores/people.hpp.
#include "adapters/storage/sql/ask.hpp"
#include "modules/identity/ports/stores/people.hpp"

namespace gatehouse::adapters::sql {

class SqlRoleAssignments final : public ports::RoleAssignments {
 public:
  explicit SqlRoleAssignments(Connection& connection) : connection_(connection) {}

  Result<std::vector<domain::RoleAssignment>> list(const domain::UserId& user, Timestamp now) override;
  Result<std::vector<std::vector<domain::RoleAssignment>>> list_each(const std::vector<domain::UserId>& users,
                                                                     Timestamp now) override;
  Result<std::vector<domain::RoleAssignment>> list_all(const domain::UserId& user) override;
  Result<bool> put(const domain::RoleAssignment& assignment, Timestamp now) override;
  Result<bool> remove(const domain::UserId& user, const std::string& role) override;
  Result<std::vector<domain::RoleAssignment>> remove_expired(Timestamp now, int limit) override;

  static Ask<std::vector<domain::RoleAssignment>> ask_live_of(const domain::UserId& user, Timestamp now);

 private:
  Connection& connection_;
};

}  // namespace gatehouse::adapters::sql
