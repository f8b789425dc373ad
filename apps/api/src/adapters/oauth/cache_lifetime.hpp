#pragma once
// How long an answer may be kept (RFC 9111, as far as key sets need it). Pure.
#include <optional>
#include <string_view>

#include "foundation/time.hpp"

namespace gatehouse::adapters::oauth {

/// What `Cache-Control` allows, held between one minute (so that `no-store` costs no fetch a sign-in) and a day (so
/// that a withdrawn key goes); fifteen minutes where it does not say.
Duration cache_lifetime(std::optional<std::string_view> cache_control);

/// The time of a `Date` field in its one current form, "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7).
std::optional<Timestamp> parse_http_date(std::string_view text);

}  // namespace gatehouse::adapters::oauth
