#pragma once
// The one comparison for secrets, hashes and codes: its time depends on the length alone. `==` on them is banned.
#include <string_view>

namespace gatehouse::auth {

/// True when both have the same length and bytes. The lengths are not secret.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace gatehouse::auth
