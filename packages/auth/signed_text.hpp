#pragma once
// Short text that goes out and must come back unchanged: list cursors, above all. Readable by anyone, alterable by
// nobody: base64url of HMAC-SHA256 and text. The purpose is part of the MAC, so a cursor of one list with one filter
// is worthless for another. Pure.
#include <string>
#include <string_view>

#include "foundation/result.hpp"
#include "foundation/secret.hpp"

namespace gatehouse::auth {

/// The sealed form, safe in a URL.
std::string sign_text(const Secret<std::string>& key, std::string_view purpose, std::string_view text);
/// The text again. Returns `invalid_cursor` when it was not signed with this key for this purpose, or is longer than
/// 4 KiB.
Result<std::string> open_text(const Secret<std::string>& key, std::string_view purpose, std::string_view sealed);

}  // namespace gatehouse::auth
