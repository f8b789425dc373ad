#pragma once
// The sealed columns in SQL: see ports/stores/machinery.hpp. A new column of sealed values joins the table in the .cpp;
// store_contract_sealed.cpp fails until it does.
#include "adapters/storage/sql/connection.hpp"
#include "modules/identity/ports/stores/machinery.hpp"

namespace gatehouse::adapters::sql {

class SqlSealedValues final : public ports::SealedValues {
 public:
  explicit SqlSealedValues(Connection& connection) : connection_(connection) {}
  Result<std::vector<ports::SealedValue>> list(ports::SealedKind kind, const std::string& after, int limit) override;
  Result<bool> replace(ports::SealedKind kind, const ports::SealedValue& from, const std::string& to) override;

 private:
  Connection& connection_;
};

}  // namespace gatehouse::adapters::sql
