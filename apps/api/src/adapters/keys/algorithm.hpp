#pragma once
// Signature algorithms as rows name them and as the auth room does.
#include "auth/crypto/signature.hpp"
#include "domain/identity/signing_key.hpp"

namespace gatehouse::adapters::keys {

constexpr auth::SignatureAlgorithm to_auth(domain::SigningAlgorithm algorithm) {
  switch (algorithm) {
    case domain::SigningAlgorithm::ES256:
      return auth::SignatureAlgorithm::ES256;
    case domain::SigningAlgorithm::RS256:
      return auth::SignatureAlgorithm::RS256;
    case domain::SigningAlgorithm::EdDSA:
      break;
  }
  return auth::SignatureAlgorithm::EdDSA;
}

}  // namespace gatehouse::adapters::keys
