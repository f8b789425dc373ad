#pragma once
// A user agent's name for people: "Firefox on Linux". For lists of sessions and notices; a claim of the client, never
// evidence. Pure.
#include <string>
#include <string_view>

namespace gatehouse::domain {

/// "BROWSER on SYSTEM", either alone where the other is unknown, a program's own product name ("curl") where it is no
/// browser, or "Unknown device". At most 64 printable ASCII characters, whatever comes in.
std::string device_name(std::string_view user_agent);

}  // namespace gatehouse::domain
