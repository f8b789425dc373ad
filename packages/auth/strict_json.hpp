#pragma once
// JSON that comes inside signed tokens, key sets and providers' answers. Stricter than boost::json::parse: no duplicate
// member at any depth (where two readers could see two values), at most 16 levels, valid UTF-8. Request bodies have
// their own reader in server/. Pure.
#include <optional>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace gatehouse::auth {

/// The value; nullopt when the text is no JSON or breaks the rules above. Never throws.
std::optional<boost::json::value> parse_strict_value(std::string_view text);
/// The object; nullopt when the text is anything else. Never throws.
std::optional<boost::json::object> parse_strict_object(std::string_view text);

}  // namespace gatehouse::auth
