#include <gtest/gtest.h>

#include "server/dev_guard.hpp"
#include "server/problem_json.hpp"
#include "server/same_origin.hpp"
#include "server/tests/support.hpp"

namespace gatehouse::server {
namespace {

const std::vector<std::string> kOrigins{"https://app.example", "http://localhost:3000"};
constexpr std::string_view kPublic = "https://id.example";

bool allowed(std::vector<std::pair<std::string, std::string>> headers) {
  Request request;
  request.headers = std::move(headers);
  const auto result = check_same_origin(request, kOrigins, kPublic);
  if (!result) {
    EXPECT_EQ(result.error().code, ErrorCode::cross_origin);
  }
  return result.has_value();
}

TEST(SameOrigin, lets_the_clients_origins_and_our_own_in) {
  EXPECT_TRUE(allowed({{"Origin", "https://app.example"}}));
  EXPECT_TRUE(allowed({{"origin", "http://localhost:3000"}, {"Sec-Fetch-Site", "cross-site"}}));
  EXPECT_TRUE(allowed({{"Origin", "https://id.example"}}));
  EXPECT_TRUE(allowed({{"Sec-Fetch-Site", "same-origin"}}));
}

TEST(SameOrigin, refuses_everything_else) {
  for (const auto* origin :
       {"null", "", "https://evil.example", "https://app.example.evil", "https://app.example:443", "http://app.example",
        "https://APP.example", "https://app.example/", "https://sub.app.example", "https://xapp.example",
        "https://app.example https://evil.example"})
    EXPECT_FALSE(allowed({{"Origin", origin}, {"Sec-Fetch-Site", "same-origin"}})) << origin;
  for (const auto* site : {"cross-site", "same-site", "none", "", "Same-Origin"})
    EXPECT_FALSE(allowed({{"Sec-Fetch-Site", site}})) << site;
  EXPECT_FALSE(allowed({}));
  EXPECT_FALSE(allowed({{"Referer", "https://app.example/"}}));
  EXPECT_FALSE(allowed({{"Origin", "https://app.example"}, {"Origin", "https://evil.example"}}));
  EXPECT_FALSE(allowed({{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Site", "cross-site"}}));
}

TEST(SameOrigin, takes_the_origin_out_of_a_url) {
  EXPECT_EQ(origin_of("https://ID.example/path?q#f"), "https://id.example");
  EXPECT_EQ(origin_of("https://id.example:443"), "https://id.example");
  EXPECT_EQ(origin_of("http://localhost:8080/x"), "http://localhost:8080");
  EXPECT_EQ(origin_of("http://[::1]:80/"), "http://[::1]");
  for (const auto* url : {"", "id.example", "ftp://a", "https://", "https:///x", "https://u@a/"})
    EXPECT_EQ(origin_of(url), std::nullopt) << url;
}

TEST(DevGuard, knows_loopback_authorities) {
  for (const auto* host :
       {"localhost", "LOCALHOST:8080", "a.localhost", "127.0.0.1", "127.9.9.9:1", "[::1]", "[::1]:8080"})
    EXPECT_TRUE(is_loopback_authority(host)) << host;
  for (const auto* host :
       {"", "example.org", "localhost.evil", "127.0.0.1.evil", "10.0.0.1", "[::2]", "0.0.0.0", "evil:127"})
    EXPECT_FALSE(is_loopback_authority(host)) << host;
}

TEST(DevGuard, development_routes_hide_from_what_is_not_plainly_local) {
  auto routes = test::toy_routes();
  Route mailbox = test::quick("GET", "/dev/mailbox", [](const Request&) {
    return Response::json(200, {{"items", {}}});
  });
  mailbox.reach = Reach::development;
  Route reset = test::laned("POST", "/dev/reset", [](const Request&) { return Response::no_content(); });
  reset.reach = Reach::development;
  routes.push_back(mailbox);
  routes.push_back(reset);
  ServerOptions options;
  options.dev = true;
  options.public_origin = "http://localhost:8080";
  const test::TestServer dev(routes, options);
  EXPECT_EQ(dev.call(test::get("/dev/mailbox")).status, 200);
  EXPECT_EQ(dev.call(test::get("/dev/mailbox", "Origin: http://localhost:8080\r\n")).status, 200);
  for (const auto* field : {"Forwarded: for=1.1.1.1", "Via: 1.1 x", "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Host: a",
                            "x-forwarded-anything: 1", "X-Real-IP: 127.0.0.1", "Origin: https://evil.example",
                            "Origin: null", "Sec-Fetch-Site: cross-site"}) {
    EXPECT_EQ(dev.call(test::get("/dev/mailbox", std::string(field) + "\r\n")).status, 404) << field;
    EXPECT_EQ(dev.call("PUT /dev/mailbox HTTP/1.1\r\nHost: localhost\r\n" + std::string(field) + "\r\n\r\n").status,
              404)
        << field;
  }
  EXPECT_EQ(dev.call(test::post("/dev/reset", "{}")).status, 204);
  EXPECT_EQ(dev.call(test::post("/dev/reset", "a", "", "text/plain")).status, 415);
  EXPECT_EQ(dev.call("POST /dev/reset HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n").status, 415);
  EXPECT_EQ(dev.call("GET /ping HTTP/1.1\r\nHost: evil.example\r\n\r\n").status, 403);
  EXPECT_EQ(dev.call("GET /dev/mailbox HTTP/1.1\r\nHost: evil.example\r\n\r\n").status, 403);
  const test::TestServer production(routes);
  EXPECT_EQ(production.call(test::get("/dev/mailbox")).status, 404);
  EXPECT_EQ(production.call(test::post("/dev/reset", "{}")).status, 404);
}

TEST(Problem, carries_the_public_parts_and_never_the_cause) {
  Error error;
  error.code = ErrorCode::invalid_request;
  error.detail = "limit is at most 200";
  error.cause = "private cause";
  error.fields = {{"limit", "/limit", "out_of_range", "limit is at most 200", {{"max", "200"}}}};
  const auto response = render_problem(error, {"https://id.example/v1/errors/", "req-1", false});
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body.find("private"), std::string::npos);
  const auto document = problem_document(error, {"https://id.example/v1/errors/", "req-1", false});
  EXPECT_EQ(document.at("type").as_string(), "https://id.example/v1/errors/invalid_request");
  EXPECT_EQ(document.at("errors").as_array().at(0).at("params").at("max").as_string(), "200");
}

std::string header_of(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return "";
}

TEST(Problem, challenges_as_the_rfcs_say) {
  Error error;
  error.code = ErrorCode::no_session;
  EXPECT_EQ(header_of(render_problem(error, {"", "r", false}), "WWW-Authenticate"), "Bearer realm=\"gatehouse\"");
  EXPECT_EQ(header_of(render_problem(error, {"", "r", true}), "WWW-Authenticate"),
            "Bearer realm=\"gatehouse\", error=\"invalid_token\"");
  error.code = ErrorCode::reauthentication_required;
  error.step_up = StepUp{std::chrono::seconds(300), "aal2"};
  const auto step_up = render_problem(error, {"", "r", true});
  EXPECT_EQ(step_up.status, 403);
  EXPECT_NE(header_of(step_up, "WWW-Authenticate").find("error=\"insufficient_user_authentication\""),
            std::string::npos);
  EXPECT_NE(header_of(step_up, "WWW-Authenticate").find("acr_values=\"aal2\", max_age=\"300\""), std::string::npos);
  EXPECT_EQ(problem_document(error, {"", "r", true}).at("max_age").as_int64(), 300);
  Error busy;
  busy.code = ErrorCode::throttled;
  busy.retry_after = std::chrono::seconds(0);
  EXPECT_EQ(header_of(render_problem(busy, {"", "r", false}), "Retry-After"), "1");
}

}  // namespace
}  // namespace gatehouse::server
