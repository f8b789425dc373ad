// What other programs call: introspection, feeds, keys, and support's ways to help; cases T35 and T10 of the security
// reference.
#include "auth/encoding.hpp"
#include "auth/token.hpp"
#include "composition/tests/http_calls.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/access_token.hpp"
#include "modules/identity/application/admin_recovery.hpp"
#include "modules/identity/application/admin_sessions.hpp"
#include "modules/identity/application/authenticate.hpp"
#include "modules/identity/application/introspect.hpp"
#include "modules/identity/application/record.hpp"
#include "modules/identity/application/service_keys.hpp"
#include "modules/identity/application/update_user.hpp"

namespace gatehouse::composition::testing {
namespace {

namespace topics = domain::topics;
using application::RequestInfo;

struct Services : ::testing::Test {
  Services() : http(world), id(world.add_user("ada@example.com")), session(world.sign_in("ada@example.com")) {}

  application::NewServiceKey make(const std::string& name, const std::vector<std::string>& permissions) {
    auto made = application::create_service(world.deps(), op, name, permissions, std::nullopt, world.request);
    EXPECT_EQ(code_of(made), "ok");
    return std::move(*made);
  }
  boost::json::object introspected(const std::string& token, std::vector<std::string> permissions = {}) {
    permissions.push_back("identity.introspect");
    const auto answer = application::introspect(world.deps(), world.service("asker", permissions), token);
    EXPECT_EQ(code_of(answer), "ok");
    return *answer;
  }
  bool active(const std::string& token) { return introspected(token).at("active").as_bool(); }
  std::string access_token() {
    return application::mint_access_token(world.deps(), world.caller(session), std::nullopt)->text.expose();
  }

  World world;
  Http http;
  Caller op = application::operator_caller("test");
  domain::UserId id;
  SignedIn session;
};

TEST_F(Services, introspection_tells_live_tokens_and_says_nothing_of_others) {
  const auto answer = introspected(session.token.expose());
  EXPECT_EQ(answer.at("token_type").as_string(), "session");
  EXPECT_EQ(answer.at("sub").as_string(), id.str());
  EXPECT_EQ(answer.at("email").as_string(), "ada@example.com");
  EXPECT_EQ(introspected(access_token()).at("token_type").as_string(), "access_token");
  EXPECT_EQ(introspected(make("worker", {"identity.introspect"}).text.expose()).at("sub").as_string(),
            "service:worker");
  const boost::json::object nothing{{"active", false}};
  for (const std::string token : {"", "nonsense", "a.b.c", "gths_short"}) EXPECT_EQ(introspected(token), nothing);
  EXPECT_EQ(introspected(session.device_token->expose()), nothing);
  std::string altered = session.token.expose();
  altered[40] = altered[40] == 'A' ? 'B' : 'A';
  EXPECT_EQ(introspected(altered), nothing);
}

TEST_F(Services, T35_introspection_is_inactive_at_once_when_the_session_has_ended) {
  const auto token = session.token.expose();
  const auto jwt = access_token();
  ASSERT_TRUE(active(token) && active(jwt));
  ASSERT_EQ(code_of(application::revoke_session(world.deps(), op, session.session.id, std::nullopt, world.request)),
            "ok");
  EXPECT_FALSE(active(token));
  EXPECT_FALSE(active(jwt));
  EXPECT_EQ(world.count_events(id, topics::kSessionRevoked), 1);
}

TEST_F(Services, introspection_shows_screening_in_full_only_with_the_permission) {
  ASSERT_TRUE(world.write([&](ports::Tx& tx) -> Result<> {
    auto user = *tx.users().get(id);
    user.screening = domain::Screening::possible_match;
    user.screening_public = domain::Screening::pending;
    return tx.users().save(user);
  }));
  EXPECT_EQ(introspected(session.token.expose()).at("screening").as_string(), "pending");
  EXPECT_EQ(introspected(session.token.expose(), {"identity.compliance.read"}).at("screening").as_string(),
            "possible_match");
}

TEST_F(Services, a_service_may_prove_itself_by_basic_with_its_own_name) {
  const auto key = make("worker", {"identity.introspect"}).text.expose();
  const auto ask = [&](const std::string& credentials) {
    return http({"POST",
                 "/v1/introspect",
                 "",
                 {},
                 "",
                 R"({"token":"x"})",
                 {{"Authorization", "Basic " + auth::base64_encode(credentials)}}});
  };
  EXPECT_EQ(ask("worker:" + key).status, 200);
  EXPECT_EQ(ask("other:" + key).status, 401);
  EXPECT_EQ(ask("worker:" + key + "x").status, 401);
}

TEST_F(Services, two_keys_are_live_while_a_rotation_overlaps) {
  const auto first = make("worker", {"identity.introspect"}).text.expose();
  auto second = application::rotate_service(world.deps(), op, "worker", std::chrono::hours(24), world.request);
  ASSERT_EQ(code_of(second), "ok");
  EXPECT_EQ(second->key.permissions, std::vector<std::string>{"identity.introspect"});
  const application::Authenticator authenticator(world.deps());
  EXPECT_TRUE(authenticator.service(first) && authenticator.service(second->text.expose()));
  world.clock.advance(std::chrono::hours(24));
  EXPECT_EQ(code_of(authenticator.service(first)), "invalid_service_key");
  EXPECT_EQ(code_of(authenticator.service(second->text.expose())), "ok");
  EXPECT_EQ(application::revoke_service(world.deps(), op, "worker", world.request).value_or(0), 1);
  EXPECT_EQ(code_of(authenticator.service(second->text.expose())), "invalid_service_key");
}

TEST_F(Services, declared_keys_come_and_go_with_the_configuration) {
  const auto made = make("shop", {"identity.introspect"});
  const auto declared = auth::new_token(auth::TokenKind::service, application::new_id(world.now())).text;
  const application::Authenticator authenticator(world.deps());
  ASSERT_TRUE(application::declare_services(world.deps(), {{"accounts", declared, {"identity.users.read"}}}));
  EXPECT_TRUE(authenticator.service(declared.expose())->has_permission("identity.users.read"));
  ASSERT_TRUE(application::declare_services(world.deps(), {{"accounts", declared, {"identity.events.read"}}}));
  EXPECT_FALSE(authenticator.service(declared.expose())->has_permission("identity.users.read"));
  ASSERT_TRUE(application::declare_services(world.deps(), {}));
  EXPECT_EQ(code_of(authenticator.service(declared.expose())), "invalid_service_key");
  EXPECT_EQ(code_of(authenticator.service(made.text.expose())), "ok");
  EXPECT_EQ(code_of(application::declare_services(world.deps(), {{"bad", Secret<std::string>("nonsense"), {}}})),
            "invalid_service_key");
}

TEST(ServiceLimits, a_service_has_a_rate_of_its_own) {
  World slow([](config::Config& config) { config.throttle.service_rate = 3; });
  const Http call(slow);
  const auto made = application::create_service(slow.deps(), application::operator_caller("test"), "worker",
                                                {"identity.events.read"}, std::nullopt, slow.request);
  ASSERT_EQ(code_of(made), "ok");
  int throttled = 0;
  for (int i = 0; i < 20; ++i)
    if (call({"GET", "/v1/events", made->text.expose(), {}, "limit=1"}).code == "throttled") ++throttled;
  EXPECT_GT(throttled, 0);
  EXPECT_LT(throttled, 18);
}

TEST_F(Services, the_revocation_feed_tells_every_ending_and_waits_for_the_next) {
  const auto key = make("verifier", {"identity.revocations.read"}).text.expose();
  auto page = http({"GET", "/v1/revocations", key});
  ASSERT_EQ(page.status, 200) << page.code;
  std::string cursor(page.at("next_cursor").as_string());
  auto waiting = std::jthread([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    ignore(application::revoke_session(world.deps(), op, session.session.id, std::nullopt, world.request));
  });
  page = http({"GET", "/v1/revocations", key, {}, "wait=10&cursor=" + cursor});
  ASSERT_EQ(page.at("items").as_array().size(), 1U);
  EXPECT_EQ(page.at("items").at(0).at("session_id").as_string(), session.session.id.str());
  cursor = page.at("next_cursor").as_string();
  EXPECT_TRUE(http({"GET", "/v1/revocations", key, {}, "cursor=" + cursor}).at("items").as_array().empty());
  EXPECT_EQ(http({"GET", "/v1/revocations", key, {}, "cursor=MTIz"}).code, "invalid_cursor");
  EXPECT_EQ(http({"GET", "/v1/revocations", key, {}, "wait=31"}).status, 400);
}

TEST_F(Services, a_change_of_roles_voids_access_tokens_and_leaves_the_session) {
  const auto key = make("verifier", {"identity.revocations.read"}).text.expose();
  give_role(world, id, "support");
  const std::string cursor(http({"GET", "/v1/revocations", key}).at("next_cursor").as_string());
  ASSERT_TRUE(application::revoke_role(world.deps(), op, id, "support", std::nullopt, world.request));
  const auto items = http({"GET", "/v1/revocations", key, {}, "cursor=" + cursor}).at("items").as_array();
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items.front().at("user_id").as_string(), id.str());
  EXPECT_TRUE(world.lives(session));
}

TEST_F(Services, events_are_read_by_pull_in_order_and_by_topic) {
  const auto key = make("follower", {"identity.events.read"}).text.expose();
  const auto all = http({"GET", "/v1/events", key, {}, "limit=1000"});
  ASSERT_EQ(all.status, 200) << all.code;
  std::string last;
  for (const auto& event : all.at("items").as_array()) {
    const std::string sequence(event.at("sequence").as_string());
    EXPECT_LT(last, sequence);
    EXPECT_EQ(event.at("specversion").as_string(), "1.0");
    EXPECT_EQ(event.at("source").as_string(), world.deps().settings.issuer);
    last = sequence;
  }
  EXPECT_EQ(all.at("next_after").as_string(), last);
  const auto signed_in = http({"GET", "/v1/events", key, {}, "topic=identity.user.signed_in"}).at("items").as_array();
  ASSERT_EQ(signed_in.size(), 1U);
  EXPECT_EQ(signed_in.front().at("subject").as_string(), id.str());
  EXPECT_GE(signed_in.front().at("userversion").as_int64(), 1);
  EXPECT_TRUE(http({"GET", "/v1/events", key, {}, "after=" + last}).at("items").as_array().empty());
  EXPECT_EQ(http({"GET", "/v1/events", key, {}, "topic=nonesuch"}).status, 400);
}

TEST_F(Services, support_starts_a_reset_and_never_sees_a_password) {
  const auto support = staff_token(world, "support@example.com", "support");
  const auto call = [&](const std::string& what) {
    return http({"POST",
                 "/v1/admin/users/{user_id}/" + what,
                 support,
                 {{"user_id", id.str()}},
                 "",
                 R"({"reason":"ticket 7"})"});
  };
  ASSERT_EQ(call("password-reset").status, 204);
  EXPECT_FALSE(world.mailed_token("ada@example.com", "reset_password").empty());
  EXPECT_EQ(code_of(world.try_sign_in("ada@example.com")), "password_reset_required");
  EXPECT_EQ(call("mfa-reset").code, "conflict");
  EXPECT_EQ(
      http({"POST", "/v1/admin/users/{user_id}/password-reset", support, {{"user_id", id.str()}}, "", "{}"}).status,
      400);
}

TEST_F(Services, support_removes_a_lost_factor_and_everything_ends) {
  const auto factor = world.enroll("ada@example.com");
  const auto support = staff_token(world, "support@example.com", "support");
  ASSERT_EQ(http({"POST",
                  "/v1/admin/users/{user_id}/mfa-reset",
                  support,
                  {{"user_id", id.str()}},
                  "",
                  R"({"reason":"lost phone"})"})
                .status,
            204);
  EXPECT_FALSE(world.lives(factor.session));
  EXPECT_EQ(world.count_events(id, topics::kMfaRemoved), 2);
  EXPECT_EQ(world.count_mails("ada@example.com", "mfa_removed"), 1);
  world.sign_in("ada@example.com");
}

TEST_F(Services, support_forgives_failed_attempts) {
  Result<application::SignInOutcome> refused = fail(ErrorCode::internal_error);
  for (int i = 0; i < 200 && code_of(refused) != "throttled"; ++i)
    refused = world.try_sign_in("ada@example.com", "wrong password " + std::to_string(i));
  ASSERT_EQ(code_of(refused), "throttled");
  ASSERT_EQ(code_of(application::unlock_user(world.deps(), op, id, "called", world.request)), "ok");
  EXPECT_EQ(code_of(world.try_sign_in("ada@example.com", kPassword, {}, "198.51.100.9")), "ok");
}

TEST_F(Services, staff_look_up_what_happened) {
  const auto admin = staff_token(world, "admin@example.com", "admin");
  ignore(world.try_sign_in("ada@example.com", "wrong"));
  const auto attempts = http({"GET", "/v1/admin/login-attempts", admin, {}, "email=Ada@example.com&outcome=failure"});
  ASSERT_EQ(attempts.status, 200) << attempts.code;
  EXPECT_EQ(attempts.at("items").at(0).at("reason").as_string(), "invalid_credentials");
  EXPECT_EQ(attempts.at("total"), json_of(R"({"value":1,"exact":true})"));
  const auto audit = http({"GET", "/v1/admin/audit", admin, {}, "subject_id=" + id.str() + "&action=sign_in"});
  EXPECT_EQ(audit.at("items").as_array().size(), 2U);
  const auto lines =
      http({"GET", "/v1/admin/audit", admin, {}, "subject_id=" + id.str(), "", {{"Accept", "application/x-ndjson"}}});
  EXPECT_EQ(std::count(lines.text.begin(), lines.text.end(), '\n'),
            static_cast<std::ptrdiff_t>(http({"GET", "/v1/admin/audit", admin, {}, "subject_id=" + id.str()})
                                            .at("total")
                                            .as_object()
                                            .at("value")
                                            .as_int64()));
  const auto stats = http({"GET", "/v1/admin/stats", admin});
  EXPECT_EQ(stats.at("users").at("all").at("value").as_int64(), 2);
  EXPECT_EQ(http({"GET", "/v1/admin/roles", admin}).at("items").as_array().size(),
            world.deps().settings.roles.names().size());
  EXPECT_EQ(http({"GET", "/v1/admin/mails", admin, {}, "to=nobody@example.com"}).at("total"),
            json_of(R"({"value":0,"exact":true})"));
}

}  // namespace
}  // namespace gatehouse::composition::testing
