#pragma once
// Signs compact JWS (RFC 7515) with the active key of a purpose: the platform's access tokens, or the audit log's
// checkpoints. Two adapters: keys of our own in the store, and HashiCorp Vault Transit. Blocking; call it on the
// upstream lane where Vault is configured. Thread-safe.
#include <string>
#include <string_view>

#include "foundation/result.hpp"
#include "foundation/time.hpp"

namespace gatehouse::ports {

enum class SigningPurpose { access_token, audit_checkpoint };

class TokenSigner {
 public:
  virtual ~TokenSigner() = default;

  /// The compact JWS over `payload_json` with header {alg, typ, kid} of the active key.
  /// Returns `dependency_unavailable` with Retry-After when the key can't be used now; never another key instead.
  virtual Result<std::string> sign(SigningPurpose purpose, std::string_view typ, std::string_view payload_json) = 0;

  /// The JWK Set (RFC 7517) of the keys to publish: the next, the active and the retired ones of access tokens.
  /// Served from memory; never calls Vault.
  virtual std::string jwks_json(Timestamp now) = 0;

  /// Public halves of every checkpoint key there ever was, as a JWK Set: they are never removed.
  virtual std::string checkpoint_jwks_json() = 0;
};

}  // namespace gatehouse::ports
