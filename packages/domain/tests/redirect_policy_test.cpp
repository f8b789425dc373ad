#include "domain/identity/redirect_policy.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace gatehouse::domain {
namespace {

TEST(RedirectUri, may_be_https_loopback_or_a_private_scheme) {
  for (const auto* good : {"https://app.example.com/cb", "https://app.example.com:8443/cb?x=1",
                           "https://app.example.com", "http://127.0.0.1/cb", "http://127.0.0.1:3000/cb",
                           "http://[::1]/cb", "http://[::1]:8080/cb", "http://localhost/cb", "com.example.app:/cb"}) {
    EXPECT_TRUE(check_redirect_uri(good).has_value()) << good;
  }
}

// T11
TEST(RedirectUri, is_refused_with_anything_that_reads_two_ways) {
  for (const auto* bad : {"",
                          "app.example.com/cb",
                          "//evil.example/cb",
                          "/cb",
                          "http://app.example.com/cb",
                          "http://127.0.0.2/cb",
                          "https://",
                          "https:///cb",
                          "https://a@evil.example/",
                          "https://app.example.com@evil.example/cb",
                          "https://app.example.com\\@evil.example",
                          "https://app.example.com/cb#x",
                          "https://*.example.com/cb",
                          "https://app.example.com/../x",
                          "https://app.example.com/a/%2e%2E/b",
                          "https://app.example.com/./cb",
                          "https://App.example.com/cb",
                          "https://app.example.com./cb",
                          "https://app..example.com/cb",
                          "https://app.example.com:0/cb",
                          "https://app.example.com:99999/cb",
                          "https://app.example.com:/cb",
                          "https://app.example.com/c b",
                          "https://app.example.com/\r\nX: y",
                          "https://ex\xC3\xA4mple.com/cb",
                          "javascript:alert(1)",
                          "data:text/html,x",
                          "myapp:/cb",
                          "com.example.app:cb",
                          "com.example.app://cb",
                          "com.example.app://x/cb",
                          "HTTPS://app.example.com/cb",
                          "https:app.example.com/cb",
                          "http://[::1]evil.example/cb",
                          "http://[::2]/cb"}) {
    EXPECT_FALSE(check_redirect_uri(bad).has_value()) << bad;
  }
}

TEST(RedirectUri, matches_character_for_character) {
  const std::string registered = "https://app.example.com/cb";
  EXPECT_TRUE(matches_redirect_uri(registered, registered));
  for (const auto* other :
       {"https://app.example.com/cb/", "https://app.example.com/cb?x=1", "https://app.example.com:443/cb",
        "https://appXexample.com/cb", "https://app.example.com/CB", "https://app.example.com.evil.example/cb",
        "https://app.example.com", "http://app.example.com/cb"}) {
    EXPECT_FALSE(matches_redirect_uri(registered, other)) << other;
  }
  EXPECT_TRUE(matches_redirect_uri("com.example.app:/cb", "com.example.app:/cb"));
  EXPECT_FALSE(matches_redirect_uri("com.example.app:/cb", "com.example.app:/cb2"));
}

TEST(RedirectUri, on_loopback_only_the_port_may_vary) {
  EXPECT_TRUE(matches_redirect_uri("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb"));
  EXPECT_TRUE(matches_redirect_uri("http://127.0.0.1:3000/cb", "http://127.0.0.1/cb"));
  EXPECT_TRUE(matches_redirect_uri("http://[::1]/cb", "http://[::1]:1/cb"));
  EXPECT_FALSE(matches_redirect_uri("http://127.0.0.1/cb", "http://127.0.0.1:51004/other"));
  EXPECT_FALSE(matches_redirect_uri("http://127.0.0.1/cb", "http://[::1]:51004/cb"));
  EXPECT_FALSE(matches_redirect_uri("http://127.0.0.1/cb", "http://localhost:51004/cb"));
  EXPECT_FALSE(matches_redirect_uri("http://127.0.0.1/cb", "https://127.0.0.1:51004/cb"));
  EXPECT_FALSE(matches_redirect_uri("http://127.0.0.1/cb", "http://127.0.0.1:51004@evil.example/cb"));
  EXPECT_FALSE(matches_redirect_uri("https://app.example.com/cb", "https://app.example.com:8443/cb"));
}

TEST(RedirectUri, one_of_the_registered_ones_must_match) {
  EXPECT_TRUE(check_redirect({"https://a.example/cb", "https://b.example/cb"}, "https://b.example/cb").has_value());
  EXPECT_EQ(check_redirect({"https://a.example/cb"}, "https://b.example/cb").error().code, ErrorCode::invalid_redirect);
  EXPECT_FALSE(check_redirect({}, "https://b.example/cb").has_value());
}

TEST(Origin, is_scheme_host_and_port_alone) {
  EXPECT_TRUE(check_origin("https://app.example.com", OriginRule::production).has_value());
  EXPECT_TRUE(check_origin("https://app.example.com:8443", OriginRule::production).has_value());
  EXPECT_TRUE(check_origin("http://localhost:3000", OriginRule::development).has_value());
  EXPECT_FALSE(check_origin("http://localhost:3000", OriginRule::production).has_value());
  for (const auto* bad : {"null", "*", "https://*.example.com", "https://app.example.com/", "https://App.example.com",
                          "https://app.example.com:443", "http://app.example.com", "app.example.com",
                          "https://u@app.example.com", "", "http://localhost:80", "com.example.app:/x"}) {
    EXPECT_FALSE(check_origin(bad, OriginRule::development).has_value()) << bad;
  }
}

TEST(CallOrigin, an_origin_must_be_known_and_null_never_is) {
  const std::vector<std::string> allowed{"https://app.example.com", "null"};
  EXPECT_TRUE(check_call_origin("https://app.example.com", std::nullopt, allowed).has_value());
  EXPECT_EQ(check_call_origin("https://evil.example", "same-origin", allowed).error().code, ErrorCode::cross_origin);
  EXPECT_FALSE(check_call_origin("null", "same-origin", allowed).has_value());
  EXPECT_FALSE(check_call_origin("", "same-origin", allowed).has_value());
}

TEST(CallOrigin, without_origin_only_the_browsers_word_same_origin_counts) {
  EXPECT_TRUE(check_call_origin(std::nullopt, "same-origin", {}).has_value());
  for (const auto* site : {"same-site", "cross-site", "none", ""})
    EXPECT_FALSE(check_call_origin(std::nullopt, site, {}).has_value()) << site;
  EXPECT_FALSE(check_call_origin(std::nullopt, std::nullopt, {}).has_value());
}

RC_GTEST_PROP(RedirectUri, any_bytes_put_into_a_registered_one_stop_it_from_matching, (const std::string& bytes)) {
  RC_PRE(!bytes.empty());
  const std::string registered = "https://app.example.com/cb";
  auto presented = registered;
  presented.insert(*rc::gen::inRange<std::size_t>(0, registered.size() + 1), bytes);
  RC_ASSERT(!matches_redirect_uri(registered, presented));
}

}  // namespace
}  // namespace gatehouse::domain
