#pragma once
// What the rules need to know about text: UTF-8, counted in code points as people and NIST count, and characters that
// have no place in a name. Pure; any thread. Normalisation (NFC) is auth's.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::domain {

/// The code points of a text; nullopt when it is not well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
std::optional<std::u32string> decode_utf8(std::string_view text);

/// How many code points; nullopt as above.
std::optional<std::size_t> count_code_points(std::string_view text);

/// Control characters, line and paragraph separators, and marks that turn the reading direction: what could break a
/// log line, forge a mail header or make a name read as another.
bool is_unprintable(char32_t c);

/// ASCII letters in lower case, everything else as it is; never depends on a locale.
std::string to_lower_ascii(std::string_view text);

/// The parts between runs of characters for which `separates` holds; none is empty.
std::vector<std::string_view> split(std::string_view text, bool (*separates)(char));

}  // namespace gatehouse::domain
