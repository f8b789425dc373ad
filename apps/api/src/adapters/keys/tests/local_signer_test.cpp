#include "adapters/keys/local/local_signer.hpp"

#include <gtest/gtest.h>

#include "adapters/clock/system_clock.hpp"
#include "adapters/keys/data_keyring.hpp"
#include "adapters/keys/key_manager.hpp"
#include "adapters/keys/local/key_encryption_key.hpp"
#include "adapters/keys/tests/fake_store.hpp"
#include "auth/crypto/aead.hpp"
#include "auth/jwk.hpp"
#include "auth/jws.hpp"

namespace gatehouse::adapters::keys {
namespace {

using domain::SigningAlgorithm;
using domain::SigningKeyState;
using ports::SigningPurpose;
using testing::FakeStore;
using namespace std::chrono_literals;

const Timestamp kStart = from_unix_seconds(1'800'000'000);

class LocalSignerTest : public ::testing::TestWithParam<SigningAlgorithm> {
 protected:
  FakeStore store;
  SystemClock clock;
  LocalKeyWrap wrap{auth::new_aead_key()};
  DataKeyring keyring{store, wrap, clock};
  LocalKeyMaker maker{keyring};

  static KeySettings settings(SigningAlgorithm algorithm) { return {algorithm, {24h * 90, 1h, 10min}}; }

  static std::string kid_of(const std::string& token) { return auth::unverified_kid(token).value_or(""); }
  static bool verifies(const std::string& token, const std::string& jwks) {
    const auto keys = auth::parse_jwk_set(jwks);
    return keys && auth::verify_jws(token, *keys, {{"at+jwt"}, ErrorCode::no_session});
  }
  static std::size_t count(const std::string& jwks) { return auth::parse_jwk_set(jwks).value().size(); }
};

TEST_P(LocalSignerTest, signs_with_each_algorithm_what_the_published_key_verifies) {
  LocalSigner signer(store, keyring, GetParam());
  KeyManager manager(store, maker, settings(GetParam()), [&] { ASSERT_TRUE(signer.refresh()); });
  EXPECT_EQ(signer.sign(SigningPurpose::access_token, "at+jwt", "{}").error().code, ErrorCode::dependency_unavailable);
  EXPECT_GT(manager.tick(kStart).value(), 0);
  EXPECT_EQ(manager.tick(kStart).value(), 0);

  const auto token = signer.sign(SigningPurpose::access_token, "at+jwt", R"({"sub":"u1"})");
  ASSERT_TRUE(token);
  EXPECT_TRUE(verifies(*token, signer.jwks_json(kStart)));
  EXPECT_FALSE(verifies(*token, signer.checkpoint_jwks_json()));

  const auto checkpoint = signer.sign(SigningPurpose::audit_checkpoint, "audit-checkpoint+jws", "{}").value();
  EXPECT_NE(kid_of(checkpoint), kid_of(*token));
  const auto keys = auth::parse_jwk_set(signer.checkpoint_jwks_json());
  EXPECT_TRUE(auth::verify_jws(checkpoint, keys.value(), {{"audit-checkpoint+jws"}, ErrorCode::no_session}));
}

INSTANTIATE_TEST_SUITE_P(Algorithms, LocalSignerTest,
                         ::testing::Values(SigningAlgorithm::EdDSA, SigningAlgorithm::ES256, SigningAlgorithm::RS256),
                         [](const auto& made) { return std::string(domain::to_text(made.param)); });

using KeyManagerTest = LocalSignerTest;

TEST_F(KeyManagerTest, private_halves_are_sealed_in_the_store) {
  KeyManager manager(store, maker, settings(SigningAlgorithm::EdDSA));
  ASSERT_TRUE(manager.tick(kStart));
  ASSERT_EQ(store.rows.signing_keys.size(), 2u);
  for (const auto& key : store.rows.signing_keys) {
    ASSERT_TRUE(key.sealed_private_key);
    EXPECT_EQ(key.public_jwk.find("\"d\""), std::string::npos);
    EXPECT_TRUE(keyring.open(ports::DataPurpose::signing_key, key.kid, *key.sealed_private_key));
  }
}

TEST_F(KeyManagerTest, a_scheduled_rotation_goes_through_every_state_with_nobody_noticing) {
  LocalSigner signer(store, keyring, SigningAlgorithm::EdDSA);
  KeyManager manager(store, maker, settings(SigningAlgorithm::EdDSA), [&] { ASSERT_TRUE(signer.refresh()); });
  ASSERT_TRUE(manager.tick(kStart));
  const std::string old_token = signer.sign(SigningPurpose::access_token, "at+jwt", "{}").value();

  const Timestamp ahead = kStart + 24h * 90 - 1h;
  ASSERT_TRUE(manager.tick(ahead));
  EXPECT_EQ(count(signer.jwks_json(ahead)), 2u);
  EXPECT_EQ(kid_of(signer.sign(SigningPurpose::access_token, "at+jwt", "{}").value()), kid_of(old_token));
  const std::string cached_jwks = signer.jwks_json(ahead);
  EXPECT_EQ(manager.tick(ahead + 59min).value(), 0);

  ASSERT_TRUE(manager.tick(ahead + 1h));
  const std::string new_token = signer.sign(SigningPurpose::access_token, "at+jwt", "{}").value();
  EXPECT_NE(kid_of(new_token), kid_of(old_token));
  EXPECT_TRUE(verifies(new_token, cached_jwks));
  EXPECT_TRUE(verifies(old_token, signer.jwks_json(ahead + 1h)));

  ASSERT_TRUE(manager.tick(ahead + 1h + 10min));
  EXPECT_EQ(count(signer.jwks_json(ahead + 2h)), 1u);
  EXPECT_FALSE(verifies(old_token, signer.jwks_json(ahead + 2h)));
  EXPECT_EQ(count(signer.checkpoint_jwks_json()), 2u);
}

TEST_F(KeyManagerTest, a_rotation_asked_for_by_hand_is_published_first) {
  LocalSigner signer(store, keyring, SigningAlgorithm::EdDSA);
  KeyManager manager(store, maker, settings(SigningAlgorithm::EdDSA), [&] { ASSERT_TRUE(signer.refresh()); });
  ASSERT_TRUE(manager.tick(kStart));
  const std::string old_kid = kid_of(signer.sign(SigningPurpose::access_token, "at+jwt", "{}").value());
  const auto next = manager.rotate(kStart + 1min, RotateMode::publish_first);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->state, SigningKeyState::pending);
  EXPECT_EQ(manager.rotate(kStart + 2min, RotateMode::publish_first)->kid, next->kid);
  EXPECT_EQ(kid_of(signer.sign(SigningPurpose::access_token, "at+jwt", "{}").value()), old_kid);
  ASSERT_TRUE(manager.tick(kStart + 61min));
  EXPECT_EQ(kid_of(signer.sign(SigningPurpose::access_token, "at+jwt", "{}").value()), next->kid);
}

TEST_F(KeyManagerTest, an_emergency_rotation_signs_at_once_and_can_kill_every_old_token) {
  LocalSigner signer(store, keyring, SigningAlgorithm::EdDSA);
  KeyManager manager(store, maker, settings(SigningAlgorithm::EdDSA), [&] { ASSERT_TRUE(signer.refresh()); });
  ASSERT_TRUE(manager.tick(kStart));
  const std::string first = signer.sign(SigningPurpose::access_token, "at+jwt", "{}").value();
  ASSERT_TRUE(manager.rotate(kStart + 1min, RotateMode::at_once));
  const std::string second = signer.sign(SigningPurpose::access_token, "at+jwt", "{}").value();
  EXPECT_NE(kid_of(first), kid_of(second));
  EXPECT_TRUE(verifies(first, signer.jwks_json(kStart + 1min)));
  ASSERT_TRUE(manager.rotate(kStart + 2min, RotateMode::at_once_and_revoke_old));
  EXPECT_FALSE(verifies(first, signer.jwks_json(kStart + 2min)));
  EXPECT_FALSE(verifies(second, signer.jwks_json(kStart + 2min)));
  EXPECT_TRUE(verifies(signer.sign(SigningPurpose::access_token, "at+jwt", "{}").value(), signer.jwks_json(kStart)));
}

TEST_F(KeyManagerTest, another_algorithm_is_published_before_it_takes_over) {
  LocalSigner before(store, keyring, SigningAlgorithm::EdDSA);
  KeyManager old_manager(store, maker, settings(SigningAlgorithm::EdDSA));
  ASSERT_TRUE(old_manager.tick(kStart));

  LocalSigner signer(store, keyring, SigningAlgorithm::ES256);
  KeyManager manager(store, maker, settings(SigningAlgorithm::ES256), [&] { ASSERT_TRUE(signer.refresh()); });
  ASSERT_TRUE(manager.tick(kStart + 1min));
  EXPECT_EQ(count(signer.jwks_json(kStart)), 2u);
  const std::string token = signer.sign(SigningPurpose::access_token, "at+jwt", "{}").value();
  EXPECT_TRUE(verifies(token, signer.jwks_json(kStart)));
  ASSERT_TRUE(manager.tick(kStart + 62min));
  const std::string after = signer.sign(SigningPurpose::access_token, "at+jwt", "{}").value();
  EXPECT_NE(kid_of(after), kid_of(token));
  EXPECT_TRUE(verifies(token, signer.jwks_json(kStart)));
  ASSERT_TRUE(manager.tick(kStart + 73min));
  EXPECT_EQ(count(signer.jwks_json(kStart)), 1u);
}

TEST_F(KeyManagerTest, retires_what_waits_and_refuses_what_signs) {
  KeyManager manager(store, maker, settings(SigningAlgorithm::EdDSA));
  ASSERT_TRUE(manager.tick(kStart));
  const auto next = manager.rotate(kStart, RotateMode::publish_first).value();
  EXPECT_EQ(manager.retire(next.kid, kStart)->state, SigningKeyState::gone);
  const auto keys = manager.list().value();
  for (const auto& key : keys) {
    if (key.state != SigningKeyState::active) continue;
    EXPECT_EQ(manager.retire(key.kid, kStart).error().code, ErrorCode::conflict);
  }
  EXPECT_EQ(manager.retire("nobody", kStart).error().code, ErrorCode::not_found);
}

TEST_F(KeyManagerTest, while_another_process_holds_the_lease_nothing_is_done) {
  KeyManager manager(store, maker, settings(SigningAlgorithm::EdDSA));
  store.rows.leases["signing_keys"] = "somebody";
  EXPECT_EQ(manager.tick(kStart).value(), 0);
  EXPECT_TRUE(store.rows.signing_keys.empty());
}

TEST_F(KeyManagerTest, the_signer_goes_on_while_the_store_is_away) {
  LocalSigner signer(store, keyring, SigningAlgorithm::EdDSA);
  KeyManager manager(store, maker, settings(SigningAlgorithm::EdDSA), [&] { ASSERT_TRUE(signer.refresh()); });
  ASSERT_TRUE(manager.tick(kStart));
  store.away = true;
  EXPECT_FALSE(signer.refresh());
  const int reads = store.reads;
  EXPECT_TRUE(signer.sign(SigningPurpose::access_token, "at+jwt", "{}"));
  EXPECT_EQ(count(signer.jwks_json(kStart)), 1u);
  EXPECT_EQ(store.reads, reads);
}

}  // namespace
}  // namespace gatehouse::adapters::keys
