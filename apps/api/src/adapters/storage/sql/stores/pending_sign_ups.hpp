#pragma once
// Sign-ups that wait for their link, in SQL: see ports/stores/tokens.hpp.
#include "adapters/storage/sql/ask.hpp"
#include "modules/identity/ports/stores/tokens.hpp"

namespace gatehouse::adapters::sql {

class SqlPendingSignUps final : public ports::PendingSignUps {
 public:
  explicit SqlPendingSignUps(Connection& connection) : connection_(connection) {}

  Result<> add(const domain::PendingSignUp& pending) override;
  Result<std::vector<domain::PendingSignUp>> list(const std::string& email_canonical, Timestamp now) override;
  Result<std::optional<domain::PendingSignUp>> consume(const domain::PendingSignUpId& id, Timestamp now) override;
  Result<int> remove_all(const std::string& email_canonical) override;
  Result<int> remove_expired(Timestamp now, int limit) override;

  static Ask<std::vector<domain::PendingSignUp>> ask_live_of(const std::string& email_canonical, Timestamp now);

 private:
  Connection& connection_;
};

}  // namespace gatehouse::adapters::sql
