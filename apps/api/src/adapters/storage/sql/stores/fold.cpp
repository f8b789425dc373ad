#include "adapters/storage/sql/stores/fold.hpp"

#include <cstdlib>
#include <memory>

#include <utf8proc.h>

#include "domain/identity/text.hpp"

namespace gatehouse::adapters::sql {

std::string fold_case(std::string_view text) {
  utf8proc_uint8_t* folded = nullptr;
  const auto size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                   &folded, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(folded, &std::free);
  if (size < 0) return domain::to_lower_ascii(text);
  return {reinterpret_cast<const char*>(folded), static_cast<std::size_t>(size)};
}

std::string after_prefix(std::string_view prefix) {
  // The last code point there can be: no name holds it, since it is a noncharacter.
  return std::string(prefix) + "\xF4\x8F\xBF\xBF";
}

}  // namespace gatehouse::adapters::sql
