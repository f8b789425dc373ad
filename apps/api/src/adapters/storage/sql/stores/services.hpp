#pragma once
// Service keys in SQL: see ports/stores/machinery.hpp.
#include "adapters/storage/sql/connection.hpp"
#include "modules/identity/ports/stores/machinery.hpp"

namespace gatehouse::adapters::sql {

class SqlServices final : public ports::Services {
 public:
  explicit SqlServices(Connection& connection) : connection_(connection) {}

  Result<std::optional<domain::ServiceKey>> find(const domain::ServiceKeyId& id) override;
  Result<std::vector<domain::ServiceKey>> list() override;
  Result<> add(const domain::ServiceKey& key) override;
  Result<> save_permissions(const domain::ServiceKeyId& id, const std::vector<std::string>& permissions) override;
  Result<> save_expiry(const domain::ServiceKeyId& id, Timestamp expires_at) override;
  Result<int> revoke_named(const std::string& service, Timestamp now) override;
  Result<int> remove_named(const std::string& service) override;
  Result<> note_use(const domain::ServiceKeyId& id, Timestamp now) override;

 private:
  Connection& connection_;
};

}  // namespace gatehouse::adapters::sql
