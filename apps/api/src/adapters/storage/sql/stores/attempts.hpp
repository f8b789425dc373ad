#pragma once
// Login attempts in SQL: see ports/stores/defence.hpp.
#include "adapters/storage/sql/ask.hpp"
#include "modules/identity/ports/stores/defence.hpp"

namespace gatehouse::adapters::sql {

class SqlLoginAttempts final : public ports::LoginAttempts {
 public:
  explicit SqlLoginAttempts(Connection& connection) : connection_(connection) {}

  Result<> add(const domain::LoginAttempt& attempt) override;
  Result<ports::Page<domain::LoginAttempt>> list(const ports::AttemptFilter& filter,
                                                 const ports::PageRequest& page) override;
  Result<ports::Total> count(const ports::AttemptFilter& filter) override;
  Result<ports::Past> past(const ports::PastQuestion& of) override;
  Result<int> remove_before(Timestamp time, int limit) override;
  Result<int> count_failures(const std::string& identifier_hmac, Timestamp since, int most) override;
  Result<> add_to_spread(const std::string& identifier_hmac, Timestamp hour, int change) override;
  Result<int> remove_spread_before(Timestamp time, int limit) override;

  // Parts of past().
  static Ask<ports::Past> ask_tries(const ports::PastQuestion& of);  ///< all but the spread
  static Ask<std::vector<domain::SpreadHour>> ask_spread(const ports::PastQuestion& of);

 private:
  Connection& connection_;
};

}  // namespace gatehouse::adapters::sql
