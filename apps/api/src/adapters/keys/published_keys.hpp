#pragma once
// What the rows of signing keys mean at a glance: the key sets to publish, and the key to sign with. Made anew whenever
// the rows are read; immutable. Used by both signers.
#include <optional>
#include <string>
#include <vector>

#include "domain/identity/signing_key.hpp"
#include "modules/identity/ports/token_signer.hpp"

namespace gatehouse::adapters::keys {

domain::SigningPurpose to_domain(ports::SigningPurpose purpose);

/// The JWK Set of access-token keys that are pending, active or retired, the active one first.
std::string published_jwks(const std::vector<domain::SigningKey>& keys);
/// The JWK Set of every checkpoint key there ever was.
std::string checkpoint_jwks(const std::vector<domain::SigningKey>& keys);

/// The active key of a purpose and provider: of the configured algorithm if there is one, else of the algorithm that
/// is being left.
std::optional<domain::SigningKey> key_to_sign_with(const std::vector<domain::SigningKey>& keys,
                                                   domain::SigningPurpose purpose, domain::SigningKeyProvider provider,
                                                   domain::SigningAlgorithm configured);

}  // namespace gatehouse::adapters::keys
