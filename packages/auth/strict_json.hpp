#pragma once
// JSON that comes inside signed tokens and key sets. Stricter than boost::json::parse: one object, no duplicate member
// at any depth (where two readers could see two values), at most 16 levels, valid UTF-8. Request bodies have their own
// reader in server/. Pure.
#include <optional>
#include <string_view>

#include <boost/json/object.hpp>

namespace gatehouse::auth {

/// The object; nullopt when the text is anything else. Never throws.
std::optional<boost::json::object> parse_strict_object(std::string_view text);

}  // namespace gatehouse::auth
