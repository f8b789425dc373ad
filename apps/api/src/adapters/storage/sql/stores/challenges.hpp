#pragma once
// Challenges for a second factor in SQL: see ports/stores/factors.hpp.
#include "adapters/storage/sql/connection.hpp"
#include "modules/identity/ports/stores/factors.hpp"

namespace gatehouse::adapters::sql {

class SqlChallenges final : public ports::Challenges {
 public:
  explicit SqlChallenges(Connection& connection) : connection_(connection) {}

  Result<> add(const domain::MfaChallenge& challenge) override;
  Result<std::optional<domain::MfaChallenge>> find(const domain::ChallengeId& id) override;
  Result<bool> spend_try(const domain::ChallengeId& id, int limit, Timestamp now) override;
  Result<bool> finish(const domain::ChallengeId& id, const std::vector<std::string>& amr, Timestamp now) override;
  Result<> fail(const domain::ChallengeId& id) override;
  Result<int> remove_for_user(const domain::UserId& user) override;
  Result<int> remove_expired(Timestamp now, int limit) override;

 private:
  Connection& connection_;
};

}  // namespace gatehouse::adapters::sql
