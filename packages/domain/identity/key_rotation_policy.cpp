#include "domain/identity/key_rotation_policy.hpp"

namespace gatehouse::domain {
namespace {

const SigningKey* newest_in(const std::vector<SigningKey>& keys, SigningKeyState state) {
  const SigningKey* found = nullptr;
  for (const auto& key : keys) {
    if (key.state == state && (found == nullptr || key.created_at > found->created_at)) found = &key;
  }
  return found;
}

}  // namespace

std::vector<RotationStep> due_steps(const std::vector<SigningKey>& keys, const RotationRules& rules, Timestamp now) {
  std::vector<RotationStep> steps;
  const auto* active = newest_in(keys, SigningKeyState::active);
  const auto* pending = newest_in(keys, SigningKeyState::pending);
  if (active == nullptr) {
    if (pending == nullptr) steps.push_back({RotationStepKind::create, ""});
    steps.push_back({RotationStepKind::activate, pending == nullptr ? "" : pending->kid});
  } else {
    const auto due_at = active->activated_at.value_or(active->created_at) + rules.rotate_every;
    if (pending == nullptr && now >= due_at - rules.publish_ahead) steps.push_back({RotationStepKind::create, ""});
    if (pending != nullptr && now >= pending->created_at + rules.publish_ahead) {
      steps.push_back({RotationStepKind::retire, active->kid});
      steps.push_back({RotationStepKind::activate, pending->kid});
    }
  }
  for (const auto& key : keys) {
    if (key.purpose == SigningPurpose::audit_checkpoint || key.state != SigningKeyState::retired) continue;
    if (key.retired_at && now >= *key.retired_at + rules.keep_after)
      steps.push_back({RotationStepKind::withdraw, key.kid});
  }
  return steps;
}

}  // namespace gatehouse::domain
