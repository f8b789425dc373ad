#include <algorithm>

#include "auth/data/common_passwords.hpp"
#include "auth/password_strength.hpp"

namespace gatehouse::auth {

// The list is one sorted text. A binary search over its bytes steps back to the line it fell into, so it needs no
// index.
bool is_common_password(std::string_view text) {
  std::string wanted(text);
  std::transform(wanted.begin(), wanted.end(), wanted.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  std::string_view rest = common_passwords();
  while (!rest.empty()) {
    const std::size_t before = rest.rfind('\n', rest.size() / 2);
    // The last line's own newline is no start of another.
    const std::size_t start = before == std::string_view::npos || before + 1 == rest.size() ? 0 : before + 1;
    const std::size_t end = rest.find('\n', start);
    const std::string_view line = rest.substr(start, end - start);
    if (line == wanted) return true;
    rest = line < wanted ? rest.substr(end + 1) : rest.substr(0, start);
  }
  return false;
}

}  // namespace gatehouse::auth
