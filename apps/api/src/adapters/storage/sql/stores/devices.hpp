#pragma once
// Known devices in SQL: see ports/stores/people.hpp.
#include "adapters/storage/sql/ask.hpp"
#include "modules/identity/ports/stores/people.hpp"

namespace gatehouse::adapters::sql {

class SqlDevices final : public ports::Devices {
 public:
  explicit SqlDevices(Connection& connection) : connection_(connection) {}

  Result<std::optional<domain::Device>> find(const domain::DeviceId& id) override;
  Result<std::vector<domain::Device>> list(const domain::UserId& user) override;
  Result<> add(const domain::Device& device) override;
  Result<> note_use(const domain::DeviceId& id, const std::string& network, Timestamp now) override;
  Result<bool> remove(const domain::DeviceId& id) override;
  Result<int> remove_for_user(const domain::UserId& user) override;
  Result<int> remove_unused(Timestamp unused_since, int limit) override;

  static Ask<std::optional<domain::Device>> ask_by_id(const domain::DeviceId& id);

 private:
  Connection& connection_;
};

}  // namespace gatehouse::adapters::sql
