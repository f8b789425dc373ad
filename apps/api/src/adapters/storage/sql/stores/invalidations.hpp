#pragma once
// Endings of sessions in SQL: see ports/stores/sessions.hpp. Positions come in the order of writing, sequences (by the
// sealer) in the order of commits; on SQLite the two orders are the same.
#include "adapters/storage/sql/connection.hpp"
#include "modules/identity/ports/stores/sessions.hpp"

namespace gatehouse::adapters::sql {

class SqlInvalidations final : public ports::Invalidations {
 public:
  explicit SqlInvalidations(Connection& connection) : connection_(connection) {}

  Result<> add(const ports::Invalidation& invalidation) override;
  Result<std::vector<ports::Invalidation>> list_endings(std::int64_t after, Timestamp now, int limit) override;
  Result<std::vector<ports::Invalidation>> list_new(std::int64_t& position) override;
  Result<int> remove_expired(Timestamp now, int limit) override;

 private:
  Connection& connection_;
};

}  // namespace gatehouse::adapters::sql
