#include "adapters/keys/key_manager.hpp"

#include <algorithm>
#include <utility>

#include "auth/crypto/random.hpp"

namespace gatehouse::adapters::keys {
namespace {

using domain::RotationStepKind;
using domain::SigningKey;
using domain::SigningKeyState;

constexpr const char* kLease = "signing_keys";
constexpr auto kLeaseTime = std::chrono::seconds(30);

const SigningKey* find_state(const std::vector<SigningKey>& keys, SigningKeyState state) {
  const auto found = std::find_if(keys.begin(), keys.end(), [&](const auto& key) { return key.state == state; });
  return found == keys.end() ? nullptr : &*found;
}

template <class Predicate>
std::vector<SigningKey> only(const std::vector<SigningKey>& keys, Predicate&& predicate) {
  std::vector<SigningKey> chosen;
  std::copy_if(keys.begin(), keys.end(), std::back_inserter(chosen), predicate);
  return chosen;
}

bool creates(const std::vector<domain::RotationStep>& steps) {
  return std::any_of(steps.begin(), steps.end(),
                     [](const auto& step) { return step.kind == RotationStepKind::create; });
}

// The key's next state, and the one it must still be in.
SigningKeyState move(SigningKey& key, RotationStepKind kind, Timestamp now) {
  const SigningKeyState from = key.state;
  if (kind == RotationStepKind::activate) {
    key.state = SigningKeyState::active;
    key.activated_at = now;
  } else if (kind == RotationStepKind::retire) {
    key.state = SigningKeyState::retired;
    key.retired_at = now;
  } else {
    key.state = SigningKeyState::gone;
    key.gone_at = now;
    key.sealed_private_key.reset();
  }
  return from;
}

}  // namespace

KeyManager::KeyManager(ports::Store& store, KeyMaker& maker, KeySettings settings, std::function<void()> changed)
    : store_(store),
      maker_(maker),
      settings_(settings),
      changed_(std::move(changed)),
      holder_(auth::random_token(12)) {}

Result<std::vector<SigningKey>> KeyManager::list() {
  return store_.read([](ports::Tx& tx) { return tx.signing_keys().list(); });
}

bool KeyManager::is_own(const SigningKey& key) const {
  return key.algorithm == settings_.algorithm && key.provider == maker_.provider();
}

Result<int> KeyManager::tick(Timestamp now) {
  int taken = 0;
  for (const auto purpose : {domain::SigningPurpose::access_token, domain::SigningPurpose::audit_checkpoint}) {
    GH_TRY(const int steps, carry_out(
                                purpose, [&](const Keys& keys) { return due(keys, purpose, now); }, now));
    taken += steps;
  }
  return taken;
}

KeyManager::Steps KeyManager::due(const Keys& keys, domain::SigningPurpose purpose, Timestamp now) const {
  const auto of_purpose = only(keys, [&](const auto& key) { return key.purpose == purpose; });
  const auto own = only(of_purpose, [&](const auto& key) { return is_own(key); });
  const auto others = only(of_purpose, [&](const auto& key) { return !is_own(key); });
  Steps steps = handover(own, others, now);
  // What was left behind is withdrawn when its time has come, and nothing else is done with it.
  for (const auto& key : others) {
    for (auto& step : domain::due_steps({key}, settings_.rules, now)) {
      if (step.kind == RotationStepKind::withdraw) steps.push_back(std::move(step));
    }
  }
  return steps;
}

KeyManager::Steps KeyManager::handover(const Keys& own, const Keys& others, Timestamp now) const {
  const auto leaving = only(others, [](const auto& key) { return key.state == SigningKeyState::active; });
  const bool reachable =
      std::any_of(leaving.begin(), leaving.end(), [&](const auto& key) { return key.provider == maker_.provider(); });
  const SigningKey* next = find_state(own, SigningKeyState::pending);
  if (reachable && find_state(own, SigningKeyState::active) == nullptr) {
    if (next == nullptr) return {{RotationStepKind::create, ""}};
    if (now < next->created_at + settings_.rules.publish_ahead) return {};
  }
  Steps steps;
  for (const auto& key : leaving) steps.push_back({RotationStepKind::retire, key.kid});
  for (auto& step : domain::due_steps(own, settings_.rules, now)) steps.push_back(std::move(step));
  return steps;
}

KeyManager::Steps KeyManager::forced(const Keys& keys, domain::SigningPurpose purpose, RotateMode mode) const {
  const auto of_purpose = only(keys, [&](const auto& key) { return key.purpose == purpose; });
  const auto own = only(of_purpose, [&](const auto& key) { return is_own(key); });
  const SigningKey* next = find_state(own, SigningKeyState::pending);
  Steps steps;
  if (next == nullptr) steps.push_back({RotationStepKind::create, ""});
  if (mode == RotateMode::publish_first) return steps;
  const bool revoke = mode == RotateMode::at_once_and_revoke_old && purpose == domain::SigningPurpose::access_token;
  for (const auto& key : of_purpose) {
    if (key.state == SigningKeyState::active) steps.push_back({RotationStepKind::retire, key.kid});
    if (revoke && (key.state == SigningKeyState::active || key.state == SigningKeyState::retired))
      steps.push_back({RotationStepKind::withdraw, key.kid});
  }
  steps.push_back({RotationStepKind::activate, next == nullptr ? "" : next->kid});
  return steps;
}

// Planned once to know whether a key must be made, which may take a call to Vault, and again inside the transaction,
// where the lease's row makes processes wait for each other: only a plan that still stands is carried out.
Result<int> KeyManager::carry_out(domain::SigningPurpose purpose, const Planner& plan, Timestamp now) {
  GH_TRY(const Keys keys, list());
  const Steps steps = plan(keys);
  if (steps.empty()) return 0;
  std::optional<SigningKey> made;
  if (creates(steps)) {
    GH_TRY(made, maker_.make(settings_.algorithm, purpose, keys, now));
  }
  GH_TRY(const bool taken, store_.write([&](ports::Tx& tx) { return take(tx, plan, steps, made, now); }));
  if (!taken) return 0;
  if (changed_) changed_();
  return static_cast<int>(steps.size());
}

Result<bool> KeyManager::take(ports::Tx& tx, const Planner& plan, const Steps& steps,
                              const std::optional<SigningKey>& made, Timestamp now) {
  GH_TRY(const bool alone, tx.machinery().take_lease(kLease, holder_, now, kLeaseTime));
  if (!alone) return false;
  GH_TRY(Keys keys, tx.signing_keys().list());
  if (plan(keys) != steps) return false;
  for (const auto& step : steps) {
    if (step.kind == RotationStepKind::create) {
      GH_CHECK(tx.signing_keys().add(*made));
      GH_CHECK(note(tx, step.kind, made->kid, now));
      keys.push_back(*made);
      continue;
    }
    const std::string& kid = step.kid.empty() ? made->kid : step.kid;
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const auto& k) { return k.kid == kid; });
    if (key == keys.end()) return fail(ErrorCode::conflict, "another process is rotating the keys", "key vanished");
    const SigningKeyState from = move(*key, step.kind, now);
    GH_TRY(const bool moved, tx.signing_keys().save_state(*key, from));
    if (!moved) return fail(ErrorCode::conflict, "another process is rotating the keys", "key " + kid + " moved");
    GH_CHECK(note(tx, step.kind, kid, now));
  }
  GH_CHECK(tx.machinery().give_back_lease(kLease, holder_));
  return true;
}

Result<> KeyManager::note(ports::Tx& tx, RotationStepKind kind, const std::string& kid, Timestamp now) const {
  return note_ ? note_(tx, kind, kid, now) : Result<>();
}

Result<SigningKey> KeyManager::rotate(Timestamp now, RotateMode mode, domain::SigningPurpose purpose) {
  GH_TRY([[maybe_unused]] const int taken,
         carry_out(
             purpose, [&](const Keys& keys) { return forced(keys, purpose, mode); }, now));
  GH_TRY(const Keys keys, list());
  const auto own = only(keys, [&](const auto& key) { return key.purpose == purpose && is_own(key); });
  const auto wanted = mode == RotateMode::publish_first ? SigningKeyState::pending : SigningKeyState::active;
  const SigningKey* key = find_state(own, wanted);
  if (key == nullptr) return fail(ErrorCode::conflict, "another process is rotating the keys; look with `keys list`");
  return *key;
}

Result<SigningKey> KeyManager::retire(const std::string& kid, Timestamp now) {
  auto retired = store_.write([&](ports::Tx& tx) -> Result<SigningKey> {
    GH_TRY(Keys keys, tx.signing_keys().list());
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const auto& k) { return k.kid == kid; });
    if (key == keys.end()) return fail(ErrorCode::not_found, "there is no signing key " + kid);
    if (key->purpose == domain::SigningPurpose::audit_checkpoint)
      return fail(ErrorCode::conflict, "keys of audit checkpoints are published for ever");
    if (key->state == SigningKeyState::active)
      return fail(ErrorCode::conflict, "this key signs now: rotate first, then retire it");
    if (key->state == SigningKeyState::gone) return *key;
    const SigningKeyState from = move(*key, RotationStepKind::withdraw, now);
    GH_TRY(const bool moved, tx.signing_keys().save_state(*key, from));
    if (!moved) return fail(ErrorCode::conflict, "the key changed meanwhile; look with `keys list`");
    GH_CHECK(note(tx, RotationStepKind::withdraw, kid, now));
    return *key;
  });
  if (retired && changed_) changed_();
  return retired;
}

}  // namespace gatehouse::adapters::keys
