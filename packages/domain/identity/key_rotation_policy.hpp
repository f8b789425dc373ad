#pragma once
// Key rotation policy: when a signing key is made, starts to sign, stops, and is no longer published. A key is
// published before its first use, so that verifiers know it already, and until its last token has expired. Keys that
// sign checkpoints are published for ever. Pure; the key service asks on every round of the janitor.
#include <string>
#include <vector>

#include "domain/identity/signing_key.hpp"

namespace gatehouse::domain {

/// `[keys]`, and what follows from `[token] ttl`.
struct RotationRules {
  Duration rotate_every = std::chrono::hours(24 * 90);
  Duration publish_ahead = std::chrono::hours(1);  ///< longer than verifiers keep the key set
  Duration keep_after = std::chrono::minutes(10);  ///< the longest token's life and clock skew
};

enum class RotationStepKind { create, activate, retire, withdraw };

struct RotationStep {
  RotationStepKind kind = RotationStepKind::create;
  std::string kid;  ///< the key concerned; empty with create

  bool operator==(const RotationStep&) const = default;
};

/// The steps due now for the keys of one algorithm and purpose, in the order to take them. With no active key, one is
/// made and activated at once (the waiting one, where there is one). A waiting key starts to sign once it was published
/// long enough, whether the schedule or a person asked for it.
std::vector<RotationStep> due_steps(const std::vector<SigningKey>& keys, const RotationRules& rules, Timestamp now);

}  // namespace gatehouse::domain
