#pragma once
// Reading members of what a provider sends: a member of another kind counts as absent. Pure.
#include <string>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace gatehouse::adapters::oauth {

/// The member as text; empty when it is absent or no string.
inline std::string text_member(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = name.empty() ? nullptr : object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(std::string_view(value->get_string())) : std::string();
}

}  // namespace gatehouse::adapters::oauth
