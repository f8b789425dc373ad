#include "domain/identity/key_rotation_policy.hpp"

#include <gtest/gtest.h>

#include "domain/tests/fixtures.hpp"

namespace gatehouse::domain {
namespace {

using namespace samples;
using Kind = RotationStepKind;
using Steps = std::vector<RotationStep>;

const RotationRules kRules{24h * 90, 1h, 10min};

SigningKey key(std::string kid, SigningKeyState state, Timestamp since) {
  SigningKey key;
  key.kid = std::move(kid);
  key.state = state;
  key.created_at = since;
  if (state != SigningKeyState::pending) key.activated_at = since;
  if (state == SigningKeyState::retired) key.retired_at = since;
  return key;
}

TEST(KeyRotation, an_empty_store_gets_its_first_key_at_once) {
  EXPECT_EQ(due_steps({}, kRules, kNow), (Steps{{Kind::create, ""}, {Kind::activate, ""}}));
  EXPECT_EQ(due_steps({key("k1", SigningKeyState::pending, kNow)}, kRules, kNow), (Steps{{Kind::activate, "k1"}}));
}

TEST(KeyRotation, the_next_key_is_published_ahead_of_its_use) {
  const auto active = key("k1", SigningKeyState::active, kNow);
  EXPECT_TRUE(due_steps({active}, kRules, kNow + 24h * 90 - 61min).empty());
  EXPECT_EQ(due_steps({active}, kRules, kNow + 24h * 90 - 1h), (Steps{{Kind::create, ""}}));
}

TEST(KeyRotation, the_next_key_signs_only_once_verifiers_can_know_it) {
  const auto active = key("k1", SigningKeyState::active, kNow - 24h * 91);
  EXPECT_TRUE(due_steps({active, key("k2", SigningKeyState::pending, kNow - 59min)}, kRules, kNow).empty());
  EXPECT_EQ(due_steps({active, key("k2", SigningKeyState::pending, kNow - 1h)}, kRules, kNow),
            (Steps{{Kind::retire, "k1"}, {Kind::activate, "k2"}}));
}

TEST(KeyRotation, a_retired_key_stays_published_until_its_last_token_is_dead) {
  const auto active = key("k2", SigningKeyState::active, kNow);
  const auto retired = key("k1", SigningKeyState::retired, kNow);
  EXPECT_TRUE(due_steps({active, retired}, kRules, kNow + 10min - 1us).empty());
  EXPECT_EQ(due_steps({active, retired}, kRules, kNow + 10min), (Steps{{Kind::withdraw, "k1"}}));
}

TEST(KeyRotation, checkpoint_keys_are_published_for_ever) {
  auto active = key("k2", SigningKeyState::active, kNow);
  auto retired = key("k1", SigningKeyState::retired, kNow);
  active.purpose = retired.purpose = SigningPurpose::audit_checkpoint;
  EXPECT_TRUE(due_steps({active, retired}, kRules, kNow + 24h * 80).empty());
}

}  // namespace
}  // namespace gatehouse::domain
