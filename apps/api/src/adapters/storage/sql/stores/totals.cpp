#include "adapters/storage/sql/stores/totals.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace gatehouse::adapters::sql {
namespace {

#define GH_ESTIMATE(table)                                                                                   \
  {                                                                                                          \
    "totals.estimate_" #table,                                                                               \
        "SELECT coalesce((SELECT max(rowid) FROM " #table ") - (SELECT min(rowid) FROM " #table ") + 1, 0)", \
        "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'identity." #table "'::regclass"    \
  }
constexpr Statement kEstimates[] = {GH_ESTIMATE(users), GH_ESTIMATE(sessions), GH_ESTIMATE(user_mfa_secrets)};
#undef GH_ESTIMATE

}  // namespace

ports::Total count_bounded(Connection& connection, const std::string& select, const Params& params) {
  const std::string text = fmt::format("SELECT count(*) FROM ({} LIMIT {}) AS bounded", select, kTotalBound + 1);
  const std::int64_t found = connection.query_one({"totals.count", text}, params)->integer(0);
  return {std::min(found, kTotalBound), found <= kTotalBound};
}

std::int64_t estimate_rows(Connection& connection, CountedTable table) {
  const auto row = connection.query_one(kEstimates[static_cast<std::size_t>(table)], {});
  return std::max(kTotalBound, row ? row->integer(0) : 0);
}

}  // namespace gatehouse::adapters::sql
