#pragma once
// The encoded header of a JWS, which is the same for every token of one key and type.
#include <string>
#include <string_view>

#include "auth/jws.hpp"
#include "domain/identity/signing_key.hpp"

namespace gatehouse::adapters::keys {

/// base64url(header) and its dot.
inline std::string header_prefix(const auth::JwsHeader& header) { return auth::jws_signing_input(header, {}); }

/// The type that nearly every signature of a purpose has, so that its header is encoded once.
constexpr std::string_view usual_type(domain::SigningPurpose purpose) {
  return purpose == domain::SigningPurpose::access_token ? "at+jwt" : "audit-checkpoint+jws";
}

}  // namespace gatehouse::adapters::keys
