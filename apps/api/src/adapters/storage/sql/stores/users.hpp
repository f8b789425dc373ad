#pragma once
// Users in SQL: see ports/stores/users.hpp. The search by prefix over names is in user_search.cpp.
#include "adapters/storage/sql/ask.hpp"
#include "modules/identity/ports/stores/users.hpp"

namespace gatehouse::adapters::sql {

class SqlUsers final : public ports::Users {
 public:
  explicit SqlUsers(Connection& connection) : connection_(connection) {}

  Result<std::optional<domain::User>> find(const domain::UserId& id) override;
  Result<std::optional<domain::User>> find_by_email(const std::string& email_canonical) override;
  Result<domain::User> get(const domain::UserId& id) override;
  Result<> add(const domain::User& user) override;
  Result<> save(domain::User& user) override;
  Result<> note_sign_in(const domain::UserId& id, Timestamp at) override;
  Result<ports::Page<domain::User>> search(const ports::UserFilter& filter, const ports::PageRequest& page) override;
  Result<ports::Total> count(const ports::UserFilter& filter) override;
  Result<ports::UserCounts> counts() override;
  Result<std::int64_t> count_able_with_role(const std::vector<std::string>& roles, Timestamp now) override;
  Result<std::vector<domain::UserId>> due_for_erasure(Timestamp now, int limit) override;
  Result<> erase(const domain::UserId& id) override;

  static Ask<std::optional<domain::User>> ask_by_id(const domain::UserId& id);
  static Ask<std::optional<domain::User>> ask_by_email(const std::string& email_canonical);
  /// The row stays locked until the transaction ends.
  static Ask<std::optional<domain::User>> ask_and_hold(const domain::UserId& id);

 private:
  Connection& connection_;
};

}  // namespace gatehouse::adapters::sql
