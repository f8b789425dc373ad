#pragma once
// A named SQL statement, written once for both databases. Placeholders are ?1, ?2 … and may repeat; the PostgreSQL
// driver rewrites them to $1, $2 … (outside quotes). INSERT … ON CONFLICT, UPDATE/DELETE … RETURNING, UPDATE … FROM and
// CTEs around SELECT mean the same in SQLite 3.40 and PostgreSQL 15; data-changing CTEs and FOR UPDATE are PostgreSQL's
// alone, so they go into `postgres`. On PostgreSQL sum() of bigint gives numeric: cast it to bigint.
#include <string_view>

namespace gatehouse::adapters::sql {

struct Statement {
  std::string_view name;        ///< a literal, for logs and metrics: "users.find"
  std::string_view text;        ///< must stay alive for the call; prepared once per connection, keyed by its content
  std::string_view postgres{};  ///< instead of `text` on PostgreSQL, where the dialects must differ
};

}  // namespace gatehouse::adapters::sql
