#pragma once
// Values in PostgreSQL's binary format: parameters on their way there, cells on their way back. Pure; used by the
// connection alone.
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

}  // namespace gatehouse::adapters::postgres
