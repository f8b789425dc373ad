#pragma once
// The life of signing keys: pending, active, retired, gone (domain/identity/key_rotation_policy.hpp says when). States
// live in the store, so every replica agrees; any of them may call tick(), and one at a time takes the steps. Used by
// composition at start, by the janitor, and by `gatehouse keys`. Thread-safe.
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "adapters/keys/key_maker.hpp"
#include "domain/identity/key_rotation_policy.hpp"
#include "modules/identity/ports/store.hpp"

namespace gatehouse::adapters::keys {

struct KeySettings {
  domain::SigningAlgorithm algorithm = domain::SigningAlgorithm::EdDSA;
  domain::RotationRules rules{};
};

enum class RotateMode {
  publish_first,          ///< the next key waits until verifiers know it; nobody notices
  at_once,                ///< it signs at once; verifiers that cache the key set must read it again
  at_once_and_revoke_old  ///< and the old keys are no longer published: every token out there is dead
};

class KeyManager {
 public:
  /// `changed` is called after each step that was taken, so that this process need not wait to see it.
  KeyManager(ports::Store& store, KeyMaker& maker, KeySettings settings, std::function<void()> changed = {});

  /// Called for each step in its transaction: the audit row.
  using Note = std::function<Result<>(ports::Tx&, domain::RotationStepKind, const std::string& kid, Timestamp now)>;
  void note_steps(Note note) { note_ = std::move(note); }

  /// Takes the steps that are due, at first start making the first keys; how many were taken. After a change of
  /// `[keys] algorithm` the new algorithm's key is published first, and then replaces the old; after a change of
  /// `[keys] provider` it does so at once, for the old provider's keys are out of reach.
  Result<int> tick(Timestamp now);

  /// Asks for a new key; gives back the one that is next or signs now.
  Result<domain::SigningKey> rotate(Timestamp now, RotateMode mode,
                                    domain::SigningPurpose purpose = domain::SigningPurpose::access_token);

  /// No longer publishes a key that waits or is retired. Returns `not_found`, or `conflict` for the active key and for
  /// keys of checkpoints, which are published for ever.
  Result<domain::SigningKey> retire(const std::string& kid, Timestamp now);

  Result<std::vector<domain::SigningKey>> list();

 private:
  using Keys = std::vector<domain::SigningKey>;
  using Steps = std::vector<domain::RotationStep>;
  using Planner = std::function<Steps(const Keys&)>;

  Steps due(const Keys& keys, domain::SigningPurpose purpose, Timestamp now) const;
  Steps handover(const Keys& own, const Keys& others, Timestamp now) const;
  Steps forced(const Keys& keys, domain::SigningPurpose purpose, RotateMode mode) const;
  bool is_own(const domain::SigningKey& key) const;
  Result<int> carry_out(domain::SigningPurpose purpose, const Planner& plan, Timestamp now);
  Result<bool> take(ports::Tx& tx, const Planner& plan, const Steps& steps,
                    const std::optional<domain::SigningKey>& made, Timestamp now);
  Result<> note(ports::Tx& tx, domain::RotationStepKind kind, const std::string& kid, Timestamp now) const;

  ports::Store& store_;
  KeyMaker& maker_;
  const KeySettings settings_;
  const std::function<void()> changed_;
  Note note_;
  const std::string holder_;
};

}  // namespace gatehouse::adapters::keys
