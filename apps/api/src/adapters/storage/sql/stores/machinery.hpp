#pragma once
// Idempotency, leases and facts in SQL: see ports/stores/machinery.hpp.
#include "adapters/storage/sql/connection.hpp"
#include "modules/identity/ports/stores/machinery.hpp"

namespace gatehouse::adapters::sql {

class SqlMachinery final : public ports::Machinery {
 public:
  explicit SqlMachinery(Connection& connection) : connection_(connection) {}

  Result<std::optional<ports::IdempotencyRecord>> reserve_idempotency(const ports::IdempotencyRecord& record,
                                                                      Timestamp now) override;
  Result<> finish_idempotency(const ports::IdempotencyRecord& record) override;
  Result<> release_idempotency(const std::string& key) override;
  Result<int> remove_expired_idempotency(Timestamp now, int limit) override;
  Result<bool> take_lease(const std::string& name, const std::string& holder, Timestamp now, Duration ttl) override;
  Result<> give_back_lease(const std::string& name, const std::string& holder) override;
  Result<std::optional<std::string>> find_fact(const std::string& name) override;
  Result<std::string> settle_fact(const std::string& name, const std::string& value) override;
  Result<> put_fact(const std::string& name, const std::string& value) override;
  Result<bool> consume_fact(const std::string& name) override;
  Result<> reset() override;

 private:
  Connection& connection_;
};

}  // namespace gatehouse::adapters::sql
