#pragma once
// Several INSERTs as one statement: rows of one table in one VALUES, in their order, and those of other tables beside
// it as data-changing CTEs. A change here leaves rows in five or six tables, and what the server does around each
// statement costs it more than the row. Pure; used by the connection alone.
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::adapters::postgres {

/// Whether a statement does nothing but add one row of values that the caller gives, so that it needs nothing of what
/// others change meanwhile.
bool adds_one_row(std::string_view sql);

/// The order to join them in, as indexes: rows of one table together and in their order, tables as they first come.
std::vector<std::size_t> joining_order(std::span<const std::string_view> inserts);

/// One statement of statements that each add one row, in joining order, with a line feed between them. Its placeholders
/// are those of the first, then those of the second, and so on.
std::string join_inserts(std::string_view lines);

}  // namespace gatehouse::adapters::postgres
