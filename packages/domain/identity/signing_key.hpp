#pragma once
// SigningKey: a key that signs JWTs or audit checkpoints (table `signing_keys`). One per algorithm and purpose is
// active, by a unique index. Published before first use and until its last token has expired; checkpoint keys are
// published for ever. When it takes which step: key_rotation_policy.hpp.
#include <cstdint>
#include <optional>
#include <string>

#include "domain/identity/enum_text.hpp"
#include "foundation/time.hpp"

namespace gatehouse::domain {

enum class SigningAlgorithm { EdDSA, ES256, RS256 };
GH_ENUM_NAMES(SigningAlgorithm, "EdDSA", "ES256", "RS256");

enum class SigningPurpose { access_token, audit_checkpoint };
GH_ENUM_NAMES(SigningPurpose, "access_token", "audit_checkpoint");

/// pending: published, not signing yet; active: signs; retired: published, signs no more; gone: not published.
enum class SigningKeyState { pending, active, retired, gone };
GH_ENUM_NAMES(SigningKeyState, "pending", "active", "retired", "gone");

enum class SigningKeyProvider { local, vault };
GH_ENUM_NAMES(SigningKeyProvider, "local", "vault");

struct SigningKey {
  std::string kid;
  SigningAlgorithm algorithm = SigningAlgorithm::EdDSA;
  SigningPurpose purpose = SigningPurpose::access_token;
  SigningKeyState state = SigningKeyState::pending;
  SigningKeyProvider provider = SigningKeyProvider::local;
  std::string public_jwk;                         ///< JSON object (RFC 7517), with kid, alg and use
  std::optional<std::string> sealed_private_key;  ///< local provider: encrypted; with Vault it never leaves there
  std::optional<std::int64_t> vault_version;
  Timestamp created_at;
  std::optional<Timestamp> activated_at;
  std::optional<Timestamp> retired_at;
  std::optional<Timestamp> gone_at;
};

}  // namespace gatehouse::domain
