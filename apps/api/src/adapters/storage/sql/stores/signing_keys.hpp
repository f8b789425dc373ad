#pragma once
// Signing keys in SQL: see ports/stores/machinery.hpp.
#include "adapters/storage/sql/connection.hpp"
#include "modules/identity/ports/stores/machinery.hpp"

namespace gatehouse::adapters::sql {

class SqlSigningKeys final : public ports::SigningKeys {
 public:
  explicit SqlSigningKeys(Connection& connection) : connection_(connection) {}

  Result<std::vector<domain::SigningKey>> list() override;
  Result<> add(const domain::SigningKey& key) override;
  Result<bool> save_state(const domain::SigningKey& key, domain::SigningKeyState from) override;
  Result<> remove(const std::string& kid) override;

 private:
  Connection& connection_;
};

}  // namespace gatehouse::adapters::sql
