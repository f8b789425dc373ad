#include <thread>

#include <gtest/gtest.h>

#include "adapters/clock/system_clock.hpp"
#include "adapters/keys/data_keyring.hpp"
#include "adapters/keys/key_manager.hpp"
#include "adapters/keys/tests/fake_store.hpp"
#include "adapters/keys/tests/stub_vault.hpp"
#include "adapters/keys/vault_transit/vault_key_wrap.hpp"
#include "adapters/keys/vault_transit/vault_signer.hpp"
#include "auth/jwk.hpp"
#include "auth/jws.hpp"

namespace gatehouse::adapters::keys {
namespace {

using domain::SigningAlgorithm;
using ports::SigningPurpose;
using testing::FakeStore;
using testing::StubVault;
using namespace std::chrono_literals;

const Timestamp kStart = from_unix_seconds(1'800'000'000);

bool verifies(const std::string& token, const std::string& jwks) {
  const auto keys = auth::parse_jwk_set(jwks);
  return keys && auth::verify_jws(token, *keys, {{"at+jwt"}, ErrorCode::no_session});
}

/// Everything that signs by Vault, over one stub.
struct Signing {
  explicit Signing(StubVault& vault, SigningAlgorithm algorithm = SigningAlgorithm::EdDSA, BatchSettings batching = {})
      : client(vault.settings()),
        maker(client),
        signer(store, client, algorithm, batching),
        manager(store, maker, {algorithm, {24h * 90, 1h, 10min}}, [this] { EXPECT_TRUE(signer.refresh()); }) {}
  Result<std::string> token() { return signer.sign(SigningPurpose::access_token, "at+jwt", R"({"sub":"u"})"); }

  FakeStore store;
  VaultClient client;
  VaultKeyMaker maker;
  VaultSigner signer;
  KeyManager manager;
};

class VaultSignerTest : public ::testing::TestWithParam<SigningAlgorithm> {};

TEST_P(VaultSignerTest, signs_with_each_algorithm_what_the_published_key_verifies) {
  StubVault vault;
  Signing signing(vault, GetParam());
  ASSERT_TRUE(signing.manager.tick(kStart));
  EXPECT_EQ(vault.versions(), 2);  // one for each purpose
  for (int i = 0; i < 3; ++i) {
    const auto token = signing.token();
    ASSERT_TRUE(token) << token.error().cause;
    EXPECT_TRUE(verifies(*token, signing.signer.jwks_json(kStart)));
  }
  EXPECT_TRUE(signing.signer.sign(SigningPurpose::audit_checkpoint, "audit-checkpoint+jws", "{}"));
}

INSTANTIATE_TEST_SUITE_P(Algorithms, VaultSignerTest,
                         ::testing::Values(SigningAlgorithm::EdDSA, SigningAlgorithm::ES256, SigningAlgorithm::RS256),
                         [](const auto& made) { return std::string(domain::to_text(made.param)); });

TEST(VaultSigner, a_rotation_inside_vault_changes_nothing_until_ours) {
  StubVault vault;
  Signing signing(vault);
  ASSERT_TRUE(signing.manager.tick(kStart));
  const auto before = auth::unverified_kid(signing.token().value());
  ASSERT_TRUE(signing.client.call("POST", "transit/keys/gatehouse-signing/rotate"));
  EXPECT_EQ(auth::unverified_kid(signing.token().value()), before);
  ASSERT_TRUE(signing.manager.rotate(kStart, RotateMode::publish_first));
  EXPECT_EQ(vault.versions(), 3);  // the version that nobody used is taken up
  const std::string published = signing.signer.jwks_json(kStart);
  ASSERT_TRUE(signing.manager.tick(kStart + 1h));
  const std::string token = signing.token().value();
  EXPECT_NE(auth::unverified_kid(token), before);
  EXPECT_TRUE(verifies(token, published));
}

TEST(VaultSigner, never_hands_out_what_verifiers_would_refuse) {
  StubVault vault;
  Signing signing(vault);
  ASSERT_TRUE(signing.manager.tick(kStart));
  for (auto* fault : {&vault.wrong_signature, &vault.wrong_version, &vault.garbage}) {
    *fault = true;
    const auto token = signing.token();
    ASSERT_FALSE(token);
    EXPECT_EQ(token.error().code, ErrorCode::dependency_unavailable);
    EXPECT_TRUE(token.error().retry_after);
    *fault = false;
  }
  EXPECT_TRUE(signing.token());
}

TEST(VaultSigner, an_outage_is_503_the_key_set_is_still_served_and_it_recovers_by_itself) {
  StubVault vault;
  Signing signing(vault);
  ASSERT_TRUE(signing.manager.tick(kStart));
  for (const int status : {503, 500, 429, 473}) {
    vault.sealed_status = status;
    for (int i = 0; i < 8; ++i) {
      const auto token = signing.token();
      ASSERT_FALSE(token) << status;
      EXPECT_EQ(token.error().code, ErrorCode::dependency_unavailable);
    }
    std::this_thread::sleep_for(1100ms);  // nobody asks, and the outage is noticed all the same
    EXPECT_TRUE(signing.client.outage().present());
    EXPECT_FALSE(signing.token());
    EXPECT_EQ(auth::parse_jwk_set(signing.signer.jwks_json(kStart))->size(), 1u);
    vault.sealed_status = 0;
    for (int look = 0; look < 40 && signing.client.outage().present(); ++look) {
      std::this_thread::sleep_for(100ms);
      EXPECT_TRUE(signing.signer.refresh());
    }
    EXPECT_FALSE(signing.client.outage().present()) << "it ends without a caller's help";
    EXPECT_TRUE(signing.token()) << status;
    const auto changes = signing.client.outage().take_changes();
    ASSERT_EQ(changes.size(), 2u);
    EXPECT_TRUE(changes[0].began && !changes[1].began);
    EXPECT_NE(changes[0].cause.find(std::to_string(status)), std::string::npos) << changes[0].cause;
  }
  EXPECT_EQ(signing.client.outage().count(), 4u);
}

TEST(VaultSigner, a_signature_is_not_waited_for_without_end) {
  StubVault vault;
  BatchSettings batching;
  batching.max_wait = 100ms;
  Signing signing(vault, SigningAlgorithm::EdDSA, batching);
  ASSERT_TRUE(signing.manager.tick(kStart));
  vault.delay_ms = 700;
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(signing.token().error().code, ErrorCode::dependency_unavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 600ms);
}

TEST(VaultSigner, the_breaker_spares_a_vault_that_is_away) {
  StubVault vault;
  Signing signing(vault);
  ASSERT_TRUE(signing.manager.tick(kStart));
  vault.sealed_status = 503;
  const int before = vault.calls;
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(signing.token());
  EXPECT_LE(vault.calls - before, 10);
}

TEST(VaultSigner, signatures_asked_for_together_travel_together) {
  StubVault vault;
  Signing signing(vault);
  ASSERT_TRUE(signing.manager.tick(kStart));
  ASSERT_TRUE(signing.token());
  vault.delay_ms = 5;
  const int before = vault.sign_calls;
  const auto began = std::chrono::steady_clock::now();
  std::vector<std::thread> clients;
  std::atomic<int> good{0};
  for (int c = 0; c < 64; ++c) {
    clients.emplace_back([&] {
      for (int i = 0; i < 10; ++i) good += signing.token() ? 1 : 0;
    });
  }
  for (auto& client : clients) client.join();
  const auto took = std::chrono::steady_clock::now() - began;
  EXPECT_EQ(good, 640);
  EXPECT_LE(vault.sign_calls - before, 640 / 5);
  EXPECT_LT(took, 640 * 5ms / 5);
}

TEST(VaultSigner, an_error_of_one_item_fails_that_one_alone) {
  StubVault vault;
  BatchSettings batching;
  batching.calls_at_once = 1;
  batching.max_linger = 50ms;
  Signing signing(vault, SigningAlgorithm::EdDSA, batching);
  ASSERT_TRUE(signing.manager.tick(kStart));
  ASSERT_TRUE(signing.token());
  vault.item_errors = true;
  std::atomic<int> good{0}, bad{0};
  std::vector<std::thread> clients;
  for (int c = 0; c < 8; ++c) clients.emplace_back([&] { ++(signing.token() ? good : bad); });
  for (auto& client : clients) client.join();
  EXPECT_GE(good, 1);
  EXPECT_GE(bad, 1);
  EXPECT_EQ(good + bad, 8);
}

TEST(VaultSigner, a_policy_that_forbids_rotation_is_named) {
  StubVault vault;
  Signing signing(vault);
  ASSERT_TRUE(signing.manager.tick(kStart));
  vault.forbid_rotate = true;
  const auto next = signing.manager.rotate(kStart, RotateMode::publish_first);
  ASSERT_FALSE(next);
  EXPECT_NE(next.error().cause.find("permission denied"), std::string::npos);
}

TEST(VaultClient, logs_in_by_approle_and_again_when_the_token_is_refused) {
  StubVault vault;
  VaultClient client(vault.approle());
  EXPECT_TRUE(client.check());
  EXPECT_EQ(vault.logins, 1);
  vault.revoke_tokens();
  EXPECT_TRUE(client.check());
  EXPECT_EQ(vault.logins, 2);
}

TEST(VaultClient, a_refused_login_is_not_tried_again_for_each_call) {
  StubVault vault;
  auto settings = vault.approle();
  settings.secret_id = Secret<std::string>(std::string("wrong"));
  VaultClient client(settings);
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(client.check());
  EXPECT_EQ(vault.logins, 1);
}

TEST(VaultClient, a_token_that_is_refused_is_an_outage_like_any_other) {
  StubVault vault;
  auto settings = vault.settings();
  settings.token = Secret<std::string>(std::string("wrong"));
  VaultClient client(settings);
  EXPECT_EQ(client.check().error().code, ErrorCode::dependency_unavailable);
  std::this_thread::sleep_for(2100ms);
  EXPECT_TRUE(client.outage().present());
}

TEST(VaultClient, renews_at_two_thirds_of_the_lease) {
  StubVault vault;
  vault.lease = 1;
  VaultClient client(vault.approle());
  ASSERT_TRUE(client.check());
  std::this_thread::sleep_for(1500ms);
  EXPECT_GE(vault.renewals, 1);
  EXPECT_EQ(vault.logins, 1);
}

TEST(VaultClient, logs_in_afresh_when_a_lease_cannot_be_renewed_or_shrinks) {
  StubVault vault;
  vault.lease = 1;
  vault.renewable = false;
  VaultClient client(vault.approle());
  ASSERT_TRUE(client.check());
  std::this_thread::sleep_for(1500ms);
  EXPECT_EQ(vault.renewals, 0);
  EXPECT_GE(vault.logins, 2);
  EXPECT_TRUE(client.check());
}

TEST(VaultClient, the_old_token_serves_until_a_new_one_works) {
  StubVault vault;
  vault.lease = 1;
  auto settings = vault.approle();
  VaultClient client(settings);
  ASSERT_TRUE(client.check());
  vault.sealed_status = 503;
  std::this_thread::sleep_for(1200ms);
  vault.sealed_status = 0;
  std::this_thread::sleep_for(1200ms);
  EXPECT_TRUE(client.check());
}

TEST(VaultClient, sends_the_namespace) {
  StubVault vault;
  auto settings = vault.settings();
  settings.name_space = "team/identity";
  VaultClient client(settings);
  ASSERT_TRUE(client.check());
  EXPECT_EQ(vault.namespace_seen, "team/identity");
}

TEST(VaultKeyWrap, keeps_data_keys_that_only_vault_opens) {
  StubVault vault;
  VaultClient client(vault.settings());
  VaultKeyWrap wrap(client);
  SystemClock clock;
  FakeStore store;
  std::string sealed;
  {
    DataKeyring keyring(store, wrap, clock);
    ASSERT_TRUE(keyring.start());
    sealed = keyring.seal(ports::DataPurpose::totp_secret, "u", "x").value();
    vault.sealed_status = 503;
    EXPECT_TRUE(keyring.open(ports::DataPurpose::totp_secret, "u", sealed));  // cached
  }
  DataKeyring second(store, wrap, clock);
  EXPECT_EQ(second.start().error().code, ErrorCode::dependency_unavailable);
  EXPECT_EQ(second.open(ports::DataPurpose::totp_secret, "u", sealed).error().code, ErrorCode::dependency_unavailable);
  EXPECT_FALSE(second.unlocked());
  EXPECT_EQ(second.keyed_hash("a", "b"), second.keyed_hash("a", "b"));
  vault.sealed_status = 0;
  EXPECT_TRUE(second.start());
  EXPECT_EQ(second.open(ports::DataPurpose::totp_secret, "u", sealed)->expose(), "x");
}

TEST(VaultKeyWrap, a_wrapped_key_is_bound_to_its_row) {
  StubVault vault;
  VaultClient client(vault.settings());
  VaultKeyWrap wrap(client);
  const auto wrapped = wrap.wrap(auth::new_aead_key(), "totp_secret/1").value();
  EXPECT_TRUE(wrap.unwrap(wrapped, "totp_secret/1"));
  EXPECT_EQ(wrap.unwrap(wrapped, "mail_body/1").error().code, ErrorCode::internal_error);
}

TEST(VaultKeyWrap, data_keys_follow_a_rotation_of_their_transit_key) {
  StubVault vault;
  VaultClient client(vault.settings());
  VaultKeyWrap wrap(client);
  SystemClock clock;
  FakeStore store;
  DataKeyring keyring(store, wrap, clock);
  ASSERT_TRUE(keyring.start());
  EXPECT_EQ(keyring.renew_wrapping().value(), 0);
  vault.encryption_version = 2;
  EXPECT_EQ(keyring.renew_wrapping().value(), 1);
  EXPECT_TRUE(store.rows.data_keys.front().wrapped.starts_with("vault:v2:"));
  EXPECT_EQ(keyring.renew_wrapping().value(), 0);
  EXPECT_TRUE(DataKeyring(store, wrap, clock).start());
}

TEST(TransitSignature, the_prefix_is_the_authority_on_the_version) {
  EXPECT_EQ(read_transit_signature("vault:v3:AQI", 3).value(), "\x01\x02");
  for (const char* bad :
       {"", "vault:v3", "vault:v3:", "vault:v4:AQI", "vault:vx:AQI", "v3:AQI", "vault:v3:A+I=", "vault:v3:AQI="}) {
    const auto read = read_transit_signature(bad, 3);
    EXPECT_TRUE(!read || read->empty()) << bad;
  }
}

}  // namespace
}  // namespace gatehouse::adapters::keys
