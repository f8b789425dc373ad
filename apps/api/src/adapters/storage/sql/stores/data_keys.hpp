#pragma once
// Wrapped data keys in SQL: see ports/stores/machinery.hpp.
#include "adapters/storage/sql/connection.hpp"
#include "modules/identity/ports/stores/machinery.hpp"

namespace gatehouse::adapters::sql {

class SqlDataKeys final : public ports::DataKeys {
 public:
  explicit SqlDataKeys(Connection& connection) : connection_(connection) {}

  Result<std::vector<ports::DataKeyRow>> list() override;
  Result<bool> add_first(const ports::DataKeyRow& row) override;
  Result<> add_newest(const ports::DataKeyRow& row) override;
  Result<bool> save_wrapping(const ports::DataKeyRow& row, const std::string& from) override;

 private:
  Connection& connection_;
};

}  // namespace gatehouse::adapters::sql
