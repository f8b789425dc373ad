#include "adapters/storage/sql/stores/data_keys.hpp"

#include "adapters/storage/sql/stores/mapping.hpp"

namespace gatehouse::adapters::sql {
namespace {

constexpr Statement kList{"data_keys.list",
                          "SELECT id, purpose, wrapped, wrapped_by, active, created_at FROM data_keys "
                          "ORDER BY created_at, id"};
constexpr Statement kAdd{"data_keys.add",
                         "INSERT INTO data_keys (id, purpose, wrapped, wrapped_by, active, created_at) "
                         "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING"};
constexpr Statement kRest{"data_keys.rest", "UPDATE data_keys SET active = ?2 WHERE purpose = ?1 AND active"};
constexpr Statement kSaveWrapping{"data_keys.save_wrapping",
                                  "UPDATE data_keys SET wrapped = ?2, wrapped_by = ?3 WHERE id = ?1 AND wrapped = ?4"};

Params written(const ports::DataKeyRow& row) {
  return {row.id, row.purpose, Blob{row.wrapped}, row.wrapped_by, true, row.created_at};
}

}  // namespace

Result<std::vector<ports::DataKeyRow>> SqlDataKeys::list() {
  return map_all(connection_.query(kList, {}), [](const Row& row) {
    return ports::DataKeyRow{row.text(0), row.text(1), row.blob(2), row.text(3), row.boolean(4), row.time(5)};
  });
}

Result<bool> SqlDataKeys::add_first(const ports::DataKeyRow& row) {
  return connection_.execute(kAdd, written(row)) == 1;
}

Result<> SqlDataKeys::add_newest(const ports::DataKeyRow& row) {
  connection_.send(kRest, {row.purpose, false});
  // Another rotation may have come between the two statements: then this one starts over and follows it.
  if (connection_.execute(kAdd, written(row)) == 0) run_again("the active data key");
  return {};
}

Result<bool> SqlDataKeys::save_wrapping(const ports::DataKeyRow& row, const std::string& from) {
  return connection_.execute(kSaveWrapping, {row.id, Blob{row.wrapped}, row.wrapped_by, Blob{from}}) == 1;
}

}  // namespace gatehouse::adapters::sql
