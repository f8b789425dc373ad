// ID tokens of native sheets (decision 24): the nonce is ours, of this provider and client, and used once; so is the
// token.
#include "auth/crypto/digest.hpp"
#include "auth/encoding.hpp"
#include "composition/tests/provider_world.hpp"
#include "domain/identity/topics.hpp"

namespace gatehouse::composition::testing {
namespace {

const std::string kAda = "ada@example.com";

struct NativeSignIn : ::testing::Test {
  std::string nonce(const std::string& client = "app", const std::string& provider = "google") {
    const auto made = application::create_provider_nonce(world.deps(), provider, client, world.request);
    EXPECT_EQ(code_of(made), "ok");
    return made.value_or("");
  }
  /// A sheet's token that carries `claim`.
  std::string token(const std::string& claim, ports::ProviderIdentity who = somebody("g1", kAda)) {
    const std::string text = "token-" + std::to_string(++count);
    world.providers.google.native[text] = {std::move(who), claim, world.now() + std::chrono::hours(1)};
    return text;
  }
  Result<application::SignInOutcome> sign_in(const std::string& id_token, const std::string& client = "app",
                                             const std::optional<std::string>& name = {}) {
    return application::sign_in_with_id_token(world.deps(),
                                              {.provider = "google",
                                               .client_id = client,
                                               .id_token = Secret<std::string>(id_token),
                                               .name = name,
                                               .device_token = {}},
                                              world.request);
  }
  ProviderWorld world;
  int count = 0;
};

TEST_F(NativeSignIn, takes_the_nonce_or_its_hash_in_either_spelling) {
  const auto plain = nonce();
  EXPECT_EQ(code_of(sign_in(token(plain))), "ok");
  EXPECT_EQ(code_of(sign_in(token(auth::hex_encode(auth::sha256(nonce()))))), "ok");
  EXPECT_EQ(code_of(sign_in(token(auth::base64url_encode(auth::sha256(nonce()))))), "ok");
  EXPECT_EQ(world.count_users(), 1u);
}

TEST_F(NativeSignIn, one_of_sixteen_at_once_is_let_in) {
  const auto id_token = token(nonce());
  const auto results = at_once(16, [&](int) { return sign_in(id_token); });
  EXPECT_EQ(count_ok(results), 1);
  EXPECT_EQ(count_failed(results, ErrorCode::invalid_provider_token), 15);
}

TEST_F(NativeSignIn, a_nonce_is_one_providers_and_one_clients_and_ten_minutes_old_at_most) {
  EXPECT_EQ(code_of(sign_in(token("made up"))), "invalid_provider_token");
  EXPECT_EQ(code_of(sign_in(token(nonce("app", "apple")))), "invalid_provider_token");
  EXPECT_EQ(code_of(sign_in(token(nonce("web")))), "invalid_provider_token");
  const auto late = token(nonce());
  world.clock.advance(std::chrono::minutes(10));
  EXPECT_EQ(code_of(sign_in(late)), "invalid_provider_token");
  EXPECT_EQ(world.count_users(), 0u);
}

TEST_F(NativeSignIn, a_token_is_used_once_even_under_a_fresh_nonce) {
  const auto id_token = token(nonce());
  EXPECT_EQ(code_of(sign_in(id_token)), "ok");
  world.providers.google.native[id_token].nonce = nonce();
  EXPECT_EQ(code_of(sign_in(id_token)), "invalid_provider_token");
}

TEST_F(NativeSignIn, the_apps_name_stands_where_the_provider_gives_none) {
  auto who = somebody("g1", kAda);
  who.name.reset();
  EXPECT_EQ(code_of(sign_in(token(nonce(), who), "app", "Ada King")), "ok");
  EXPECT_EQ(world.user(kAda).name, "Ada King");
  EXPECT_EQ(code_of(sign_in(token(nonce(), who), "app", "\n")), "invalid_request");
}

TEST_F(NativeSignIn, the_linking_table_holds_here_too) {
  world.add_user(kAda);
  const auto id_token = token(nonce());
  EXPECT_EQ(code_of(sign_in(id_token)), "account_exists");
  EXPECT_EQ(code_of(sign_in(id_token)), "invalid_provider_token") << "a refusal spends it too";
}

TEST_F(NativeSignIn, a_provider_whose_keys_cannot_be_had_spends_nothing) {
  const auto id_token = token(nonce());
  world.providers.google.trouble = ErrorCode::provider_timeout;
  EXPECT_EQ(code_of(sign_in(id_token)), "provider_timeout");
  world.providers.google.trouble.reset();
  EXPECT_EQ(code_of(sign_in(id_token)), "ok");
}

}  // namespace
}  // namespace gatehouse::composition::testing
