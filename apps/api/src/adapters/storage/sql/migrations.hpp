#pragma once
// The migrations that this binary carries, in order, numbered from 1 without gaps. The list is generated from
// migrations/ by script/embed_migrations; the migrator applies it.
#include <span>
#include <string_view>

namespace gatehouse::adapters::sql {

struct Migration {
  int number = 0;
  int oldest_server = 0;  ///< servers that know migrations up to this one can serve the schema; its own number if none
  std::string_view name;  ///< "0001_identity"
  std::string_view sqlite;
  std::string_view postgres;
};

std::span<const Migration> migrations();

}  // namespace gatehouse::adapters::sql
