#pragma once
// Plain text as mails want it: values on one line, times for people, lines of readable length. Pure.
#include <cstddef>
#include <string>
#include <string_view>

namespace gatehouse::adapters::mail {

/// Valid UTF-8 on one line: control and direction-changing characters become spaces or go, and it ends after `max`
/// bytes, with an ellipsis and never within a character.
std::string one_line(std::string_view value, std::size_t max);

/// "23 November 2026, 17:37 UTC" for an RFC 3339 time; any other text as it is.
std::string for_people(const std::string& time);

/// Whether a name reads like one: no address, no link, not long. What strangers write into names stays out of mails.
bool is_plain_name(std::string_view name);

/// Wraps paragraphs at 76 columns between words; lines that hold an address stay whole, and one
/// empty line is enough.
std::string wrapped(std::string_view text);

}  // namespace gatehouse::adapters::mail
