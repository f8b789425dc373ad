#pragma once
// Profile policy: what a person may call themselves. Names appear in mails, lists and logs, so nothing in them may act
// on those. Used by sign-up, profile, invitations and provider sign-ins. Pure.
#include <string_view>

#include "foundation/result.hpp"

namespace gatehouse::domain {

/// 1 to 200 code points of UTF-8, not only blanks, nothing unprintable (text.hpp). Returns `invalid_request`, field
/// `name`.
Result<> check_name(std::string_view name);

/// A language tag (RFC 5646) of at most 35 characters: "de", "pt-BR", "zh-Hant-TW". Returns `invalid_request`, field
/// `locale`.
Result<> check_locale(std::string_view locale);

/// An https URL of at most 2048 printable characters. Returns `invalid_request`, field `picture`.
Result<> check_picture(std::string_view picture);

}  // namespace gatehouse::domain
