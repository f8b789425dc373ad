#pragma once
// ECDSA signatures over P-256 between JOSE's form (r || s, 64 bytes; RFC 7518 section 3.4) and the DER that OpenSSL
// speaks. Only for the .cpp files of this folder.
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::auth {

/// nullopt unless there are exactly 64 bytes with 1 <= r, s < n.
std::optional<std::string> ecdsa_der_from_jose(std::string_view signature);
/// The 64 bytes of a DER signature that OpenSSL has just made.
std::string ecdsa_jose_from_der(std::string_view der);

}  // namespace gatehouse::auth
