// The way to a provider and back: T04, T05, T06, T09, T11 and T13 as they concern the flow itself.
#include "auth/pkce.hpp"
#include "composition/tests/http_calls.hpp"
#include "composition/tests/provider_world.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/janitor.hpp"

namespace gatehouse::composition::testing {
namespace {

using application::FlowFinished;
const std::string kAda = "ada@example.com";

struct ProviderFlowTest : ::testing::Test {
  ProviderFlowTest() { world.providers.google.people["c"] = somebody("g1", kAda); }
  std::string error_page(const std::string& code) { return world.deps().settings.links.error + "?error=" + code; }
  ProviderWorld world;
};

TEST_F(ProviderFlowTest, T05_of_fifty_parallel_callbacks_one_gets_a_session) {
  const auto flow = world.begin();
  const auto results = at_once(50, [&](int) { return world.finish(flow, "c"); });
  int sessions = 0;
  for (const auto& each : results) {
    ASSERT_EQ(code_of(each), "ok");
    if (each->outcome) {
      ++sessions;
      EXPECT_EQ(each->location, kWebReturn);
    } else {
      EXPECT_EQ(each->location, kWebReturn + "?error=invalid_state");
    }
  }
  EXPECT_EQ(sessions, 1);
  EXPECT_EQ(world.count_events(world.user(kAda).id, domain::topics::kUserSignedIn), 1);
}

TEST_F(ProviderFlowTest, T05_no_state_a_random_one_and_a_spent_one_are_invalid) {
  const auto flow = world.begin();
  EXPECT_EQ(world.finish({"", flow.cookie}, "c")->location, error_page("invalid_state"));
  EXPECT_EQ(world.finish({std::string(43, 'x'), flow.cookie}, "c")->location, error_page("invalid_state"));
  EXPECT_EQ(world.finish(flow, "c")->location, kWebReturn);
  EXPECT_EQ(world.finish(flow, "c")->location, kWebReturn + "?error=invalid_state");
  EXPECT_EQ(world.finish({flow.state, {}}, "c")->location, error_page("invalid_state"));
}

TEST_F(ProviderFlowTest, T05_another_browsers_state_says_so_and_stays_good_in_its_own) {
  const auto mine = world.begin();
  const auto theirs = world.begin();
  EXPECT_EQ(world.finish({mine.state, theirs.cookie}, "c")->location, error_page("flow_in_another_browser"));
  EXPECT_EQ(world.finish({mine.state, {}}, "c")->location, error_page("flow_in_another_browser"));
  EXPECT_EQ(world.finish({mine.state, "garbage"}, "c")->location, error_page("flow_in_another_browser"));
  EXPECT_EQ(world.finish(mine, "c")->location, kWebReturn);
}

TEST_F(ProviderFlowTest, T05_a_state_of_one_provider_is_nothing_at_another) {
  const auto flow = world.begin("google");
  world.providers.github.people["c"] = somebody("1", kAda, true, "https://github.com");
  EXPECT_EQ(world.finish(flow, "c", "github")->location, error_page("invalid_state"));
  EXPECT_EQ(world.count_users(), 0u);
}

TEST_F(ProviderFlowTest, T05_who_comes_too_late_is_told_so_until_the_janitor_has_forgotten) {
  const auto flow = world.begin();
  world.clock.advance(std::chrono::minutes(10));
  EXPECT_EQ(world.finish(flow, "c")->location, kWebReturn + "?error=flow_expired");
  EXPECT_EQ(world.finish({flow.state, {}}, "c")->location, error_page("flow_expired"));
  ignore(application::remove_expired_rows(world.deps()));
  EXPECT_EQ(error_in(world.finish(flow, "c")->location), "flow_expired");
  world.clock.advance(std::chrono::hours(1));
  ignore(application::remove_expired_rows(world.deps()));
  EXPECT_EQ(error_in(world.finish(flow, "c")->location), "invalid_state");
}

TEST_F(ProviderFlowTest, T06_every_flow_has_its_own_challenge_state_and_nonce) {
  std::set<std::string> seen;
  for (int i = 0; i < 5; ++i) {
    world.begin();
    const auto& asked = world.providers.google.last;
    EXPECT_TRUE(auth::is_code_challenge(asked.code_challenge));
    EXPECT_EQ(asked.redirect_uri, world.deps().settings.public_url + "/v1/oauth/google/callback");
    EXPECT_TRUE(seen.insert(asked.code_challenge).second);
    EXPECT_TRUE(seen.insert(asked.state).second);
    EXPECT_TRUE(seen.insert(asked.nonce).second);
  }
}

TEST_F(ProviderFlowTest, T09_a_provider_that_is_disabled_meanwhile_is_refused) {
  const auto flow = world.begin();
  world.providers.disabled = "google";
  const auto finished = world.finish(flow, "c");
  EXPECT_EQ(finished->location, error_page("unknown_provider"));
  EXPECT_FALSE(finished->outcome);
  EXPECT_EQ(world.count_users(), 0u);
}

TEST_F(ProviderFlowTest, T11_only_registered_targets_are_returned_to) {
  for (const std::string redirect :
       {"https://app.example/in/", "https://app.example/IN", "https://app.example@evil.example/in",
        "https://app.example.evil.example/in", "https://evil.example/in", "//app.example/in", "https:/app.example/in",
        "https://app.example/in#x", "https://app.example/in?x", "https://app.example\\@evil.example/in",
        "javascript:alert(1)", "/in", "", "https://app.example/%69n", "http://app.example/in"}) {
    const auto started = application::start_provider_flow(
        world.deps(),
        {.provider = "google", .request = {}, .client_id = "web", .redirect_to = redirect, .device_token = {}},
        world.request);
    EXPECT_EQ(code_of(started), "invalid_redirect") << redirect;
  }
}

TEST_F(ProviderFlowTest, a_target_with_a_query_keeps_it) {
  const auto flow = world.begin("google", "web", "https://app.example/in?page=1");
  EXPECT_EQ(world.finish(flow, "nothing")->location, "https://app.example/in?page=1&error=invalid_state");
}

TEST_F(ProviderFlowTest, a_bearer_client_does_not_start_by_itself_and_needs_a_challenge) {
  const auto started = application::start_provider_flow(
      world.deps(),
      {.provider = "google", .request = {}, .client_id = "app", .redirect_to = kAppReturn, .device_token = {}},
      world.request);
  EXPECT_EQ(code_of(started), "invalid_client");
  const auto url = application::authorize_with_provider(world.deps(),
                                                        {.provider = "google",
                                                         .client_id = "app",
                                                         .redirect_to = kAppReturn,
                                                         .intent = domain::OAuthIntent::sign_in,
                                                         .code_challenge = {}},
                                                        nullptr, world.request);
  EXPECT_EQ(code_of(url), "invalid_request");
}

TEST_F(ProviderFlowTest, a_link_to_start_is_good_once_of_sixteen_at_once_and_for_two_minutes) {
  const auto link = [&] {
    return *application::authorize_with_provider(world.deps(),
                                                 {.provider = "google",
                                                  .client_id = "app",
                                                  .redirect_to = kAppReturn,
                                                  .intent = domain::OAuthIntent::sign_in,
                                                  .code_challenge = auth::code_challenge(kVerifier)},
                                                 nullptr, world.request);
  };
  const auto open = [&](const std::string& url, const std::string& provider = "google") {
    return *application::start_provider_flow(world.deps(),
                                             {.provider = provider,
                                              .request = parameter_of(url, "request"),
                                              .client_id = "",
                                              .redirect_to = {},
                                              .device_token = {}},
                                             world.request);
  };
  const auto url = link();
  EXPECT_TRUE(url.starts_with(world.deps().settings.public_url + "/v1/oauth/google/start?request="));
  EXPECT_EQ(open(url, "github").location, error_page("invalid_state"));
  const auto results = at_once(16, [&](int) { return Result<application::FlowStarted>(open(url)); });
  int begun = 0;
  for (const auto& each : results) begun += each->failure ? 0 : 1;
  EXPECT_EQ(begun, 1);
  const auto late = link();
  world.clock.advance(std::chrono::minutes(2));
  EXPECT_EQ(open(late).location, error_page("flow_expired"));
}

TEST_F(ProviderFlowTest, what_a_provider_answers_is_told_where_the_flow_began) {
  const auto refused = [&](const std::string& error) {
    const auto flow = world.begin();
    return application::finish_provider_flow(world.deps(),
                                             {.provider = "google",
                                              .flow_cookie = flow.cookie,
                                              .state = flow.state,
                                              .code = {},
                                              .issuer = {},
                                              .error = error,
                                              .user = {}},
                                             world.request)
        ->location;
  };
  for (const std::string error : {"access_denied", "user_cancelled_authorize", "login_required"})
    EXPECT_EQ(refused(error), kWebReturn + "?error=oauth_denied") << error;
  for (const std::string error : {"server_error", "invalid_scope", "<script>"})
    EXPECT_EQ(refused(error), kWebReturn + "?error=provider_error") << error;
}

TEST_F(ProviderFlowTest, T08_a_provider_in_trouble_makes_nothing_and_passwords_go_on) {
  world.add_user("bob@example.com");
  for (const auto trouble :
       {ErrorCode::provider_error, ErrorCode::provider_timeout, ErrorCode::invalid_provider_token}) {
    const auto flow = world.begin();
    world.providers.google.trouble = trouble;
    const auto finished = world.finish(flow, "c");
    EXPECT_EQ(error_in(finished->location), error_info(trouble).code);
    ASSERT_TRUE(finished->failure);
    EXPECT_EQ(finished->failure->cause, "played") << "for the log";
    world.providers.google.trouble.reset();
  }
  EXPECT_EQ(world.count_users(), 1u);
  EXPECT_TRUE(world.lives(world.sign_in("bob@example.com")));
  world.providers.google.trouble = ErrorCode::provider_timeout;
  const auto started = application::start_provider_flow(
      world.deps(),
      {.provider = "google", .request = {}, .client_id = "web", .redirect_to = kWebReturn, .device_token = {}},
      world.request);
  EXPECT_EQ(started->location, kWebReturn + "?error=provider_timeout");
  EXPECT_FALSE(started->cookie);
}

TEST_F(ProviderFlowTest, one_network_begins_only_so_many) {
  int begun = 0;
  Result<application::FlowStarted> started;
  for (; begun < 1200; ++begun) {
    started = application::start_provider_flow(
        world.deps(),
        {.provider = "google", .request = {}, .client_id = "web", .redirect_to = kWebReturn, .device_token = {}},
        world.request);
    if (!started) break;
  }
  // The clock goes on meanwhile, and a start is forgiven each second.
  EXPECT_GE(begun, 1000);
  EXPECT_LT(begun, 1100);
  ASSERT_EQ(code_of(started), "throttled");
  EXPECT_TRUE(started.error().retry_after.has_value());
  world.clock.advance(std::chrono::seconds(5));
  world.begin();
}

// -- over the table of routes
// -------------------------------------------------------------------------------------------

struct ProviderHttp : ProviderFlowTest {
  ProviderHttp() : http(world.deps()) {}
  Answer start(const std::string& provider, const std::string& query,
               std::vector<std::pair<std::string, std::string>> headers = {}, const std::string& method = "GET") {
    return http({method, "/v1/oauth/{provider}/start", "", {{"provider", provider}}, query, "", std::move(headers)});
  }
  static std::string value_of(const std::string& cookie) {
    const auto from = cookie.find('=') + 1;
    return cookie.substr(from, cookie.find(';') - from);
  }
  static std::string named(const Answer& answer, const std::string& prefix) {
    for (const auto& cookie : answer.cookies)
      if (cookie.starts_with(prefix)) return cookie;
    return {};
  }
  Http http;
};

constexpr auto kWebQuery = "client_id=web&redirect_to=https%3A%2F%2Fapp.example%2Fin";

TEST_F(ProviderHttp, a_browser_walks_there_and_back_and_is_signed_in) {
  const auto out = start("google", kWebQuery);
  ASSERT_EQ(out.status, 303);
  EXPECT_TRUE(out.header("Location").starts_with("https://google.example/authorize?state="));
  const auto flow = named(out, "gatehouse-flow-google=");
  EXPECT_NE(flow.find("HttpOnly"), std::string::npos);
  EXPECT_NE(flow.find("SameSite=Lax"), std::string::npos);
  EXPECT_NE(flow.find("Max-Age=600"), std::string::npos);
  EXPECT_EQ(flow.find("app.example"), std::string::npos) << "it is encrypted";
  const auto back = http({"GET",
                          "/v1/oauth/{provider}/callback",
                          "",
                          {{"provider", "google"}},
                          "code=c&scope=openid&unknown=1&state=" + parameter_of(out.header("Location"), "state"),
                          "",
                          {{"Cookie", "gatehouse-flow-google=" + value_of(flow)}}});
  ASSERT_EQ(back.status, 303);
  EXPECT_EQ(back.header("Location"), kWebReturn);
  EXPECT_NE(named(back, "gatehouse-session=gths_"), "");
  EXPECT_NE(named(back, "gatehouse-device=gthd_"), "");
  EXPECT_NE(named(back, "gatehouse-flow-google=;").find("Max-Age=0"), std::string::npos);
}

TEST_F(ProviderHttp, apple_posts_its_answer_to_a_cookie_that_crosses_sites) {
  world.providers.apple.people["c"] = somebody("a1", kAda, true, "https://appleid.apple.com");
  const auto out = start("apple", kWebQuery);
  const auto flow = named(out, "gatehouse-flow-apple=");
  EXPECT_NE(flow.find("SameSite=None"), std::string::npos);
  EXPECT_NE(flow.find("Secure"), std::string::npos);
  const auto back =
      http({"POST",
            "/v1/oauth/{provider}/callback",
            "",
            {{"provider", "apple"}},
            "",
            "code=c&user=%7B%22name%22%3A1%7D&state=" + parameter_of(out.header("Location"), "state"),
            {{"Cookie", "gatehouse-flow-apple=" + value_of(flow)}, {"Origin", "https://appleid.apple.com"}}});
  ASSERT_EQ(back.status, 303) << back.code;
  EXPECT_EQ(back.header("Location"), kWebReturn);
  EXPECT_EQ(world.providers.apple.last_user, "{\"name\":1}");
}

TEST_F(ProviderHttp, T13_what_no_provider_sends_is_a_plain_refusal) {
  const auto callback = [&](const std::string& query) {
    return http({"GET", "/v1/oauth/{provider}/callback", "", {{"provider", "google"}}, query}).code;
  };
  EXPECT_EQ(callback("state=%ZZ"), "invalid_request");
  EXPECT_EQ(callback("state=%ED%A0%80"), "invalid_request");
  EXPECT_EQ(callback("state=a&state=b"), "invalid_request");
  EXPECT_EQ(callback("code=" + std::string(5000, 'a')), "invalid_request");
  EXPECT_EQ(callback("state=%00"), "invalid_request");
}

TEST_F(ProviderHttp, only_the_window_itself_walks_and_a_preview_does_not) {
  EXPECT_EQ(start("google", kWebQuery, {{"Sec-Fetch-Dest", "iframe"}}).code, "cross_origin");
  EXPECT_EQ(start("google", kWebQuery, {{"Sec-Fetch-Dest", "image"}}).code, "cross_origin");
  EXPECT_EQ(start("google", kWebQuery, {{"Sec-Fetch-Dest", "document"}}).status, 303);
}

TEST_F(ProviderHttp, what_a_front_end_got_wrong_is_a_problem_and_no_redirect) {
  EXPECT_EQ(start("nobody", kWebQuery).code, "unknown_provider");
  EXPECT_EQ(start("google", "client_id=web").code, "invalid_request");
  EXPECT_EQ(start("google", "client_id=nobody&redirect_to=x").code, "invalid_client");
  EXPECT_EQ(start("google", "client_id=&redirect_to=x").code, "invalid_client");
  EXPECT_EQ(start("google", "client_id=web&redirect_to=https%3A%2F%2Fevil.example").code, "invalid_redirect");
  EXPECT_EQ(start("google", "request=x&client_id=web").code, "invalid_request");
  EXPECT_EQ(start("google", "redirect_to=%ZZ").code, "invalid_request");
}

TEST_F(ProviderHttp, the_providers_are_listed_and_our_own_page_offers_them) {
  const auto list = http({"GET", "/v1/oauth/providers", ""});
  ASSERT_EQ(list.status, 200);
  const auto& items = list.at("items").as_array();
  ASSERT_EQ(items.size(), 3u);
  EXPECT_EQ(items.front().at("name").as_string(), "google");
  EXPECT_EQ(items.front().at("nonce").as_bool(), true);
  const auto page = http({"GET", "/sign-in", ""}).text;
  EXPECT_NE(page.find("Continue with GitHub"), std::string::npos);
  EXPECT_NE(page.find("/v1/oauth/github/start?client_id=pages&amp;redirect_to="), std::string::npos);
  const auto out = start("google", "client_id=pages&redirect_to=" + world.deps().settings.public_url + "/sign-in");
  EXPECT_EQ(out.status, 303) << out.code;
}

}  // namespace
}  // namespace gatehouse::composition::testing
