#include "server/router.hpp"

#include <gtest/gtest.h>

#include "server/tests/support.hpp"

namespace gatehouse::server {
namespace {

using test::laned;
using Outcome = RouteMatch::Outcome;

Router make(std::string base = {}) {
  const Handler handler = [](const Request&) { return Response::no_content(); };
  return Router(
      {laned("POST", "/v1/sign-in", handler), laned("GET", "/v1/me/sessions", handler),
       laned("DELETE", "/v1/me/sessions", handler), laned("DELETE", "/v1/me/sessions/{id}", handler),
       laned("GET", "/v1/oauth/providers", handler), laned("GET", "/v1/oauth/{provider}/start", handler),
       laned("POST", "/v1/oauth/{provider}/callback", handler), laned("GET", "/v1/oauth/{provider}/callback", handler),
       laned("GET", "/v1/x/{a}/{b}", handler), laned("GET", "/v1/x/{a}/fixed", handler), laned("GET", "/", handler)},
      std::move(base));
}

TEST(Router, finds_literals_and_parameters) {
  const auto router = make();
  EXPECT_EQ(router.match("POST", "/v1/sign-in").outcome, Outcome::found);
  const auto session = router.match("DELETE", "/v1/me/sessions/abc_-1");
  ASSERT_EQ(session.outcome, Outcome::found);
  EXPECT_EQ(session.pattern, "/v1/me/sessions/{id}");
  ASSERT_EQ(session.params.size(), 1u);
  EXPECT_EQ(session.params[0], (std::pair<std::string, std::string>("id", "abc_-1")));
  EXPECT_EQ(router.match("GET", "/").outcome, Outcome::found);
}

TEST(Router, prefers_the_more_literal_pattern) {
  const auto router = make();
  EXPECT_EQ(router.match("GET", "/v1/x/1/fixed").pattern, "/v1/x/{a}/fixed");
  EXPECT_EQ(router.match("GET", "/v1/x/1/2").pattern, "/v1/x/{a}/{b}");
  EXPECT_EQ(router.match("GET", "/v1/x/1/2").params.size(), 2u);
}

TEST(Router, gives_no_path_an_alias) {
  const auto router = make();
  for (const auto* path : {"/v1/sign-in/",
                           "/v1/sign-in//",
                           "//v1/sign-in",
                           "/v1//sign-in",
                           "/V1/sign-in",
                           "/v1/Sign-In",
                           "/v1/sign-in/x",
                           "/v1/sign-in//x",
                           "/v1/./sign-in",
                           "/v1/x/../sign-in",
                           "/v1/sign%2din",
                           "/v1/sign%2Din",
                           "/v1%2fsign-in",
                           "/%761/sign-in",
                           "/v1/sign-in%20",
                           "/v1/sign-in;a=b",
                           "/v2/sign-in",
                           "v1/sign-in",
                           "",
                           "/v1/sign-in%00",
                           "/v1/sign-in.json"})
    EXPECT_EQ(router.match("POST", path).outcome, Outcome::not_found) << path;
}

TEST(Router, refuses_parameters_that_could_be_read_two_ways) {
  const auto router = make();
  for (const auto* id : {"", ".", "..", "%2e", "%2E%2e", "a%2fb", "a%2Fb", "a%5cb", "%41", "a%00", "a%0a", "%ff",
                         "%ed%a0%80", "%c0%af", "%7e"})
    EXPECT_EQ(router.match("DELETE", "/v1/me/sessions/" + std::string(id)).outcome, Outcome::not_found) << id;
  EXPECT_EQ(router.match("DELETE", "/v1/me/sessions/%c3%a4%20").params[0].second, "\xc3\xa4 ");
}

TEST(Router, malformed_escapes_are_an_error_of_their_own) {
  const auto router = make();
  for (const auto* path : {"/%", "/v1/%2", "/v1/%zz", "/v1/me/sessions/%", "/nothing/%g0"})
    EXPECT_EQ(router.match("GET", path).outcome, Outcome::bad_path) << path;
}

TEST(Router, lists_the_methods_of_a_path) {
  const auto router = make();
  const auto wrong = router.match("PATCH", "/v1/me/sessions");
  EXPECT_EQ(wrong.outcome, Outcome::method_not_allowed);
  EXPECT_EQ(wrong.allow, "GET, HEAD, DELETE, OPTIONS");
  EXPECT_EQ(router.match("HEAD", "/v1/me/sessions").outcome, Outcome::found);
  EXPECT_EQ(router.match("HEAD", "/v1/sign-in").outcome, Outcome::method_not_allowed);
  EXPECT_EQ(router.match("OPTIONS", "/v1/oauth/google/callback").allow, "POST, GET, HEAD, OPTIONS");
}

TEST(Router, strips_the_base_path_exactly) {
  const auto router = make("/identity");
  const auto found = router.match("POST", "/identity/v1/sign-in");
  EXPECT_EQ(found.outcome, Outcome::found);
  EXPECT_EQ(found.path, "/v1/sign-in");
  EXPECT_EQ(router.match("GET", "/identity").outcome, Outcome::found);
  EXPECT_EQ(router.match("POST", "/v1/sign-in").outcome, Outcome::not_found);
  EXPECT_EQ(router.match("POST", "/identity-v1/sign-in").outcome, Outcome::not_found);
  EXPECT_EQ(router.match("POST", "/identity/identity/v1/sign-in").outcome, Outcome::not_found);
}

TEST(Router, refuses_a_wrong_table) {
  const Handler handler = [](const Request&) { return Response::no_content(); };
  EXPECT_THROW(Router({laned("GET", "/a", handler), laned("GET", "/a", handler)}), std::logic_error);
  for (const auto* pattern : {"a", "/a/", "//a", "/{", "/{}", "/a{b}", "/{a}b"})
    EXPECT_THROW(Router({laned("GET", pattern, handler)}), std::logic_error) << pattern;
  EXPECT_THROW(Router({laned("GET", "/a", nullptr)}), std::logic_error);
  EXPECT_THROW(Router({laned("HEAD", "/a", handler)}), std::logic_error);
  EXPECT_THROW(Router({laned("GET", "/a", handler)}, "/base/"), std::logic_error);
}

}  // namespace
}  // namespace gatehouse::server
