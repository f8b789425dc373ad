#pragma once
// UUID version 7 (RFC 9562 section 5.7): the ids that are made here. Time-ordered down to a quarter of a microsecond,
// so that inserts stay local; not a secret. Pure, but for the variant that draws its own random bytes.
#include <optional>
#include <string>
#include <string_view>

#include "foundation/time.hpp"

namespace gatehouse::auth {

/// Canonical text of 36 characters, lower case. `random` must hold at least 8 bytes.
std::string make_uuid_v7(Timestamp now, std::string_view random);
/// The same with random bytes of the system's generator.
std::string make_uuid_v7(Timestamp now);

/// The 16 bytes of a canonical UUID of any version; nullopt when the text is not one (36 characters, lower case).
std::optional<std::string> uuid_to_bytes(std::string_view text);
/// The 36 characters of 16 bytes; anything else is a bug and throws std::invalid_argument.
std::string uuid_from_bytes(std::string_view bytes);

/// A canonical UUID as 22 characters of base64url, as tokens carry it; nullopt when the text is not a UUID.
std::optional<std::string> uuid_to_short(std::string_view text);
/// The way back; nullopt when the text is not exactly what uuid_to_short would write.
std::optional<std::string> uuid_from_short(std::string_view text);

}  // namespace gatehouse::auth
