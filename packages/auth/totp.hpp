#pragma once
// One-time codes by time: RFC 6238 over RFC 4226, 6 digits, 30 seconds, SHA-1, as every authenticator app has it.
// A code is good once: the caller stores the accepted step, and only a greater one is accepted later. Pure.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "foundation/secret.hpp"
#include "foundation/time.hpp"

namespace gatehouse::auth {

enum class OtpHash : std::uint8_t { sha1, sha256, sha512 };

/// 160 random bits, the length that RFC 4226 section 4 advises.
Secret<std::string> new_totp_secret();

/// RFC 4226's code for a counter, `digits` long with leading zeros.
std::string hotp(const Secret<std::string>& secret, std::uint64_t counter, int digits = 6,
                 OtpHash hash = OtpHash::sha1);
/// The number of the 30-second step that `now` is in.
std::int64_t totp_step(Timestamp now);
/// The code of a step.
std::string totp_code(const Secret<std::string>& secret, std::int64_t step);

/// The step whose code this is: the present one or one either way, and greater than the last accepted. nullopt for any
/// other text; only six ASCII digits are a code. Takes the same time whichever step matches.
std::optional<std::int64_t> verify_totp(const Secret<std::string>& secret, std::string_view code, Timestamp now,
                                        std::optional<std::int64_t> last_accepted_step);

/// `otpauth://totp/ISSUER:ACCOUNT?secret=…&issuer=…`, as authenticator apps scan it.
Secret<std::string> otpauth_uri(const Secret<std::string>& secret, std::string_view issuer, std::string_view account);

}  // namespace gatehouse::auth
