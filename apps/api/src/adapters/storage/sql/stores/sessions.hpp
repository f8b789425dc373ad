#pragma once
// Sessions in SQL: see ports/stores/sessions.hpp.
#include "adapters/storage/sql/ask.hpp"
#include "modules/identity/ports/stores/sessions.hpp"

namespace gatehouse::adapters::sql {

class SqlSessions final : public ports::Sessions {
 public:
  explicit SqlSessions(Connection& connection) : connection_(connection) {}

  Result<> add(const domain::Session& session) override;
  Result<std::optional<domain::Session>> find(const domain::SessionId& id) override;
  Result<std::optional<ports::SessionAndUser>> find_with_user(const domain::SessionId& id) override;
  Result<std::vector<ports::SessionAndUser>> find_with_users(const std::vector<domain::SessionId>& ids) override;
  Result<std::vector<domain::Session>> list(const domain::UserId& user, Timestamp now) override;
  Result<std::int64_t> count_at_most(const domain::UserId& user) override;
  Result<bool> renew(const domain::Session& session, const std::string& old_token_hash) override;
  Result<> touch(const domain::SessionId& id, Timestamp seen_at) override;
  Result<std::optional<domain::Session>> remove(const domain::SessionId& id) override;
  Result<std::vector<domain::Session>> remove_all(const domain::UserId& user,
                                                  const std::optional<domain::SessionId>& except) override;
  Result<int> remove_expired(Timestamp now, int limit) override;
  Result<ports::Total> count_live(Timestamp now) override;

  static Ask<std::int64_t> ask_count_at_most(const domain::UserId& user);

 private:
  Connection& connection_;
};

}  // namespace gatehouse::adapters::sql
