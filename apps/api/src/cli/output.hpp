#pragma once
// How commands print: tables for people, one JSON value a line for programs (`--json`).
#include <optional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "foundation/result.hpp"
#include "foundation/secret.hpp"
#include "foundation/time.hpp"

namespace gatehouse::cli {

using Table = std::vector<std::vector<std::string>>;  ///< the first row is the head

/// Columns aligned, two blanks between them.
void print_table(const Table& table);
/// One line.
void print_json(const boost::json::value& value);
/// To the second, or "-".
std::string shown(const std::optional<Timestamp>& time);
/// The texts with a comma between them, or "-".
std::string shown(const std::vector<std::string>& texts);

/// The text of an option, or nothing where it was left out.
std::optional<std::string> given(const std::string& text);
/// A time given as RFC 3339 or as a duration from now (`30d`). Returns `invalid_request`.
Result<std::optional<Timestamp>> read_end(const std::string& text, Timestamp now);
/// The first line of standard input, without its end. Returns `invalid_request` where there is none.
Result<Secret<std::string>> read_password_line();

}  // namespace gatehouse::cli
