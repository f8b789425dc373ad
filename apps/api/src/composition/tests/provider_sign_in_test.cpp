// What an arrival from a provider leads to: T01, T02, T09 and the rest of the linking table, against a real store.
#include "composition/tests/provider_world.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/enroll_totp.hpp"
#include "modules/identity/application/janitor.hpp"
#include "modules/identity/application/provision_user.hpp"
#include "modules/identity/application/sign_up.hpp"

namespace gatehouse::composition::testing {
namespace {

namespace actions = domain::audit_actions;
const std::string kAda = "ada@example.com";

/// An account whose address was never confirmed, as an operator may make one.
domain::UserId add_unconfirmed(ProviderWorld& world, const std::string& email,
                               const std::vector<std::string>& roles = {}) {
  const auto made = application::provision_user(world.deps(),
                                                {.email = email,
                                                 .password = Secret<std::string>(kPassword),
                                                 .name = "Mallory",
                                                 .roles = roles,
                                                 .verified = false,
                                                 .password_rule = application::PasswordRule::any},
                                                application::operator_caller("test"), world.request);
  EXPECT_EQ(code_of(made), "ok");
  return made->user.id;
}

void disable(ProviderWorld& world, const std::string& email) {
  const auto done = world.write([&](ports::Tx& tx) -> Result<> {
    GH_TRY(auto user, tx.users().find_by_email(email));
    user->status = domain::UserStatus::disabled;
    return tx.users().save(*user);
  });
  EXPECT_EQ(code_of(done), "ok");
}

TEST(ProviderSignIn, makes_an_account_with_a_confirmed_address_and_the_profile_taken_once) {
  ProviderWorld world;
  const auto first = world.enter(somebody("g1", kAda));
  auto ada = world.user(kAda);
  EXPECT_TRUE(ada.email_verified());
  EXPECT_FALSE(ada.has_password());
  EXPECT_EQ(ada.name, "Ada of g1");
  EXPECT_EQ(ada.picture, "https://pictures.example/g1.png");
  EXPECT_EQ(first.session.amr, std::vector<std::string>{"fed"});
  EXPECT_EQ(first.session.acr, domain::Acr::aal1);
  EXPECT_EQ(world.count_events(ada.id, domain::topics::kUserSignedUp), 1);
  EXPECT_EQ(world.count_events(ada.id, domain::topics::kAccountLinked), 1);
  EXPECT_EQ(world.count_events(ada.id, domain::topics::kUserSignedIn), 1);
  EXPECT_EQ(world.count_mails(kAda, "account_linked"), 0);

  ada.name = "Countess";
  EXPECT_EQ(code_of(world.write([&](ports::Tx& tx) { return tx.users().save(ada); })), "ok");
  auto later = somebody("g1", "ada@elsewhere.example");
  later.name = "Another Name";
  const auto second = world.enter(later);
  EXPECT_EQ(second.session.user_id, ada.id);
  EXPECT_EQ(world.user(kAda).name, "Countess");
  EXPECT_EQ(world.user(kAda).email, kAda) << "the provider's address is for display alone";
  EXPECT_EQ(world.count_events(ada.id, domain::topics::kUserSignedUp), 1);
  const auto accounts = world.read([&](ports::Tx& tx) { return tx.accounts().list(ada.id); });
  ASSERT_EQ(accounts->size(), 1u);
  EXPECT_EQ(accounts->front().email, "ada@elsewhere.example");
  EXPECT_FALSE(accounts->front().sealed_tokens) << "store_tokens is off";
}

TEST(ProviderSignIn, sixteen_first_sign_ins_at_once_make_one_account) {
  ProviderWorld world;
  world.providers.google.people["c"] = somebody("g1", kAda);
  std::vector<ProviderWorld::Begun> flows;
  flows.reserve(16);
  for (int i = 0; i < 16; ++i) flows.push_back(world.begin());
  const auto results = at_once(16, [&](int i) { return world.finish(flows[static_cast<std::size_t>(i)], "c"); });
  for (const auto& each : results) EXPECT_EQ(each->location, kWebReturn) << error_in(each->location);
  EXPECT_EQ(world.count_users(), 1u);
  const auto ada = world.user(kAda).id;
  EXPECT_EQ(world.count_accounts(ada), 1u);
  EXPECT_EQ(world.count_events(ada, domain::topics::kUserSignedUp), 1);
  EXPECT_EQ(world.count_events(ada, domain::topics::kUserSignedIn), 16);
}

TEST(ProviderSignIn, T01_an_address_alone_never_opens_a_confirmed_account) {
  for (const bool verified : {false, true}) {
    ProviderWorld world;
    const auto ada = world.add_user(kAda);
    const auto came = world.arrive(somebody("g1", kAda, verified));
    EXPECT_EQ(came.location, kWebReturn + "?error=account_exists") << verified;
    EXPECT_FALSE(came.outcome);
    EXPECT_EQ(world.count_accounts(ada), 0u);
    EXPECT_EQ(world.count_events(ada, domain::topics::kUserSignedIn), 0);
    EXPECT_EQ(world.count_refusals(actions::kAccountLinkRefused), 1);
  }
}

TEST(ProviderSignIn, T01_the_policy_links_two_confirmed_addresses_and_tells_the_owner) {
  ProviderWorld world([](config::Config& config) { config.oauth.link_verified = true; });
  const auto ada = world.add_user(kAda);
  EXPECT_EQ(world.arrive(somebody("g1", kAda, false)).location, kWebReturn + "?error=account_exists");
  EXPECT_EQ(world.enter(somebody("g1", kAda)).session.user_id, ada);
  EXPECT_EQ(world.count_accounts(ada), 1u);
  EXPECT_EQ(world.count_mails(kAda, "account_linked"), 1);
  EXPECT_TRUE(world.lives(world.sign_in(kAda))) << "the password stays";
}

TEST(ProviderSignIn, an_address_that_is_missing_or_unverified_makes_nothing_and_says_which) {
  ProviderWorld world;
  EXPECT_EQ(error_in(world.arrive(somebody("g1", "")).location), "provider_email_missing");
  EXPECT_EQ(error_in(world.arrive(somebody("g2", "not an address")).location), "provider_email_missing");
  EXPECT_EQ(error_in(world.arrive(somebody("g3", kAda, false)).location), "provider_email_unverified");
  EXPECT_EQ(world.count_users(), 0u);
}

TEST(ProviderSignIn, T02_nothing_of_an_unconfirmed_registration_survives_its_true_owner) {
  ProviderWorld world;
  const auto id = add_unconfirmed(world, kAda, {"support"});
  // The registrant has all that one can have.
  const auto planted = world.write([&](ports::Tx& tx) -> Result<> {
    domain::Account account{
        domain::AccountId("planted"), id, "github", "https://github.com", "m1", {}, false, {}, {}, world.now(), {}};
    GH_CHECK(tx.accounts().add(account));
    GH_CHECK(tx.factors().put_totp({domain::FactorId("f"), id, "sealed", {}, -1, {}, world.now()}));
    GH_CHECK(tx.factors().confirm_totp(id, domain::FactorId("f"), 1, world.now()));
    domain::Device device{domain::DeviceId("d"),
                          id,
                          std::string(32, 'h'),
                          "n",
                          "ua",
                          "net",
                          world.now(),
                          world.now(),
                          world.now() + std::chrono::hours(1)};
    GH_CHECK(tx.devices().add(device));
    domain::Session session;
    session.id = domain::SessionId("s");
    session.user_id = id;
    session.token_hash = std::string(32, 't');
    session.client_id = "web";
    session.created_at = session.authenticated_at = session.last_seen_at = world.now();
    session.expires_at = world.now() + std::chrono::hours(24);
    session.idle_timeout = std::chrono::hours(24);
    return tx.sessions().add(session);
  });
  ASSERT_EQ(code_of(planted), "ok");
  ASSERT_EQ(code_of(application::sign_up(world.deps(),
                                         {.email = kAda,
                                          .password = Secret<std::string>("another quiet harbour"),
                                          .name = {},
                                          .locale = {},
                                          .client_id = ""},
                                         world.request)),
            "ok");

  const auto owner = world.enter(somebody("g1", kAda));
  EXPECT_EQ(owner.session.user_id, id) << "the account keeps its id";
  const auto ada = world.user(kAda);
  EXPECT_TRUE(ada.email_verified());
  EXPECT_FALSE(ada.has_password());
  EXPECT_EQ(ada.name, "Ada of g1");
  EXPECT_EQ(code_of(world.try_sign_in(kAda)), "invalid_credentials");
  EXPECT_EQ(code_of(world.try_sign_in(kAda, "another quiet harbour")), "invalid_credentials");
  const auto left = world.read([&](ports::Tx& tx) -> Result<std::string> {
    std::string found;
    GH_TRY(const auto accounts, tx.accounts().list(id));
    if (accounts.size() != 1 || accounts.front().subject != "g1") found += "accounts ";
    GH_TRY(const auto totp, tx.factors().find_totp(id));
    if (totp) found += "totp ";
    GH_TRY(const auto device, tx.devices().find(domain::DeviceId("d")));
    if (device) found += "device ";
    GH_TRY(const auto session, tx.sessions().find(domain::SessionId("s")));
    if (session) found += "session ";
    GH_TRY(const auto pending, tx.pending_sign_ups().list(kAda, world.now()));
    if (!pending.empty()) found += "pending ";
    GH_TRY(const auto token, tx.verification_tokens().newest(id, domain::TokenPurpose::verify_email, world.now()));
    if (token) found += "token ";
    return found;
  });
  EXPECT_EQ(*left, "");
  EXPECT_EQ(world.count_events(id, domain::topics::kSessionRevoked), 1);
  EXPECT_EQ(world.count_events(id, domain::topics::kAccountUnlinked), 1);
  EXPECT_EQ(world.count_events(id, domain::topics::kUserSignedUp), 1);
}

TEST(ProviderSignIn, T02_a_waiting_sign_up_with_a_password_dies_as_the_owner_arrives) {
  ProviderWorld world;
  ASSERT_EQ(code_of(application::sign_up(world.deps(),
                                         {.email = kAda,
                                          .password = Secret<std::string>("an attackers pass phrase"),
                                          .name = {},
                                          .locale = {},
                                          .client_id = ""},
                                         world.request)),
            "ok");
  const auto token = world.mailed_token(kAda, "verify_email");
  world.enter(somebody("g1", kAda));
  EXPECT_EQ(code_of(application::verify_email(world.deps(), token, world.request)), "invalid_token");
  EXPECT_EQ(code_of(world.try_sign_in(kAda, "an attackers pass phrase")), "invalid_credentials");
}

TEST(ProviderSignIn, a_disabled_account_is_refused_after_the_proof_and_stays_as_it_is) {
  ProviderWorld world;
  const auto ada = world.enter(somebody("g1", kAda)).session.user_id;
  disable(world, kAda);
  EXPECT_EQ(error_in(world.arrive(somebody("g1", kAda)).location), "account_disabled");
  EXPECT_EQ(world.count_refusals(actions::kSignIn), 1);
  // Nor does an arriving owner free a registration that staff disabled.
  add_unconfirmed(world, "eve@example.com");
  disable(world, "eve@example.com");
  EXPECT_EQ(error_in(world.arrive(somebody("g2", "eve@example.com")).location), "account_disabled");
  EXPECT_TRUE(world.user("eve@example.com").has_password()) << "nothing half-made";
  EXPECT_EQ(world.count_accounts(ada), 1u);
}

TEST(ProviderSignIn, T09_who_is_banned_between_start_and_callback_is_refused) {
  ProviderWorld world;
  world.enter(somebody("g1", kAda));
  const auto flow = world.begin();
  disable(world, kAda);
  const auto finished = world.finish(flow, "code-g1");
  EXPECT_EQ(error_in(finished->location), "account_disabled");
  EXPECT_FALSE(finished->outcome);
}

TEST(ProviderSignIn, closed_sign_up_holds_for_providers_too) {
  for (const auto mode : {config::SignUpMode::closed, config::SignUpMode::invite}) {
    ProviderWorld world([&](config::Config& config) { config.sign_up.mode = mode; });
    EXPECT_EQ(error_in(world.arrive(somebody("g1", kAda)).location), "sign_up_closed");
    EXPECT_EQ(world.count_users(), 0u);
    add_unconfirmed(world, "bob@example.com");
    const bool invited = mode == config::SignUpMode::invite;
    EXPECT_EQ(error_in(world.arrive(somebody("g2", "bob@example.com")).location), invited ? "" : "sign_up_closed");
  }
}

TEST(ProviderSignIn, a_second_factor_is_asked_for_after_the_provider) {
  ProviderWorld world([](config::Config& config) { config.oauth.link_verified = true; });
  world.add_user(kAda);
  const auto factor = world.enroll(kAda);
  const auto came = world.arrive(somebody("g1", kAda));
  ASSERT_TRUE(came.outcome && std::holds_alternative<application::ChallengeIssued>(*came.outcome));
  const auto& issued = std::get<application::ChallengeIssued>(*came.outcome);
  EXPECT_EQ(came.location, kWebReturn + "#challenge=" + issued.id.expose() + "&methods=totp,backup_code");
  ASSERT_TRUE(issued.cookie) << "a cookie client's challenge is bound to its browser";
  const application::VerifyMfaInput answer{.challenge_id = issued.id.expose(),
                                           .method = "totp",
                                           .code = Secret<std::string>(world.code(factor)),
                                           .cookie = issued.cookie->expose()};
  const auto result = application::verify_mfa(world.deps(), answer, world.request);
  ASSERT_EQ(code_of(result), "ok");
  const auto& session = std::get<SignedIn>(*result).session;
  EXPECT_EQ(session.amr, (std::vector<std::string>{"fed", "otp", "mfa"}));
  EXPECT_EQ(session.acr, domain::Acr::aal2);
}

TEST(ProviderSignIn, who_must_enrol_a_second_factor_gets_no_session) {
  ProviderWorld world([](config::Config& config) { config.mfa.required = true; });
  const auto came = world.arrive(somebody("g1", kAda));
  ASSERT_TRUE(came.outcome && std::holds_alternative<application::EnrollmentIssued>(*came.outcome));
  EXPECT_TRUE(came.location.starts_with(kWebReturn + "#enrollment=gthv_"));
  EXPECT_EQ(world.count_events(world.user(kAda).id, domain::topics::kUserSignedIn), 0);
}

TEST(ProviderSignIn, keeps_tokens_only_where_told_to_and_then_sealed) {
  for (const bool keep : {true, false}) {
    ProviderWorld world([&](config::Config& config) { config.oauth.store_tokens = keep; });
    auto who = somebody("g1", kAda);
    who.tokens = ports::ProviderTokens{Secret<std::string>("ya29.secret"), {}, {}, "openid", {}};
    const auto id = world.enter(who).session.user_id;
    const auto sealed = world.read([&](ports::Tx& tx) { return tx.accounts().list(id); })->front().sealed_tokens;
    ASSERT_EQ(sealed.has_value(), keep);
    if (!keep) continue;
    EXPECT_EQ(sealed->find("ya29"), std::string::npos);
    const auto opened = world.deps().cipher.open(ports::DataPurpose::provider_token,
                                                 "account-tokens\nhttps://accounts.google.com\ng1", *sealed);
    ASSERT_EQ(code_of(opened), "ok");
    EXPECT_NE(opened->expose().find("ya29.secret"), std::string::npos);
  }
}

TEST(ProviderSignIn, the_same_subject_at_another_issuer_is_somebody_else) {
  ProviderWorld world;
  const auto ada = world.enter(somebody("1", kAda)).session.user_id;
  const auto bob = world.enter(somebody("1", "bob@example.com", true, "https://github.com"), "github").session.user_id;
  EXPECT_NE(ada, bob);
}

}  // namespace
}  // namespace gatehouse::composition::testing
