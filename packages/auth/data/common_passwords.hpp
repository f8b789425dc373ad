#pragma once
// The list of common passwords, compiled in. Ask password_strength.hpp's is_common_password().
#include <string_view>

namespace gatehouse::auth {

/// Every entry followed by a newline, sorted by byte.
std::string_view common_passwords();

}  // namespace gatehouse::auth
