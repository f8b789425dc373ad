#pragma once
// Values in PostgreSQL's binary format: parameters on their way there, cells on their way back; and its placeholders.
// Pure; used by the connection alone.
#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/storage/sql/values.hpp"

namespace gatehouse::adapters::postgres {

using Oid = unsigned int;

/// The parameter's type; 0 (let the server infer) for a bare null.
Oid oid_of(sql::Kind kind);
/// The bytes of a parameter that is not null.
std::string encode(const sql::Value& value);
/// The cell of a column that is not null. Throws std::logic_error for a type that no statement should answer with.
sql::Row::Cell decode(Oid type, std::string_view bytes);

/// The SQL with $1 for ?1, outside of quoted text and comments, and the highest number in it.
struct Numbered {
  std::string text;
  std::size_t parameters = 0;
};
Numbered with_dollars(std::string_view text);

}  // namespace gatehouse::adapters::postgres
