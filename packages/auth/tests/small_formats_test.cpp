#include <gtest/gtest.h>

#include "auth/cookie.hpp"
#include "auth/crypto/aead.hpp"
#include "auth/pkce.hpp"
#include "auth/signed_text.hpp"

namespace gatehouse::auth {
namespace {

TEST(Pkce, gives_the_challenge_of_rfc_7636) {
  const char* verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  EXPECT_EQ(code_challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
  EXPECT_TRUE(verify_pkce(verifier, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
  EXPECT_FALSE(verify_pkce(verifier, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cN"));
  EXPECT_FALSE(verify_pkce(verifier, ""));
  EXPECT_FALSE(verify_pkce("", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"));
}

TEST(Pkce, t36_knows_no_plain_method) { EXPECT_FALSE(verify_pkce(std::string(43, 'a'), std::string(43, 'a'))); }

TEST(Pkce, makes_verifiers_that_it_takes) {
  const auto verifier = new_code_verifier();
  EXPECT_TRUE(is_code_verifier(verifier.expose()));
  EXPECT_TRUE(is_code_challenge(code_challenge(verifier.expose())));
  EXPECT_FALSE(is_code_verifier(std::string(42, 'a')));
  EXPECT_TRUE(is_code_verifier(std::string(128, '~')));
  EXPECT_FALSE(is_code_verifier(std::string(129, 'a')));
  EXPECT_FALSE(is_code_verifier(std::string(43, '+')));
  EXPECT_FALSE(is_code_challenge(std::string(42, 'A')));
  EXPECT_FALSE(is_code_challenge(std::string(42, 'A') + 'B'));
}

TEST(Cookie, finds_every_value_of_a_name) {
  using Values = std::vector<std::string_view>;
  EXPECT_EQ(find_cookies("a=1; b=2; a=3", "a"), (Values{"1", "3"}));
  EXPECT_EQ(find_cookies("a=1;b=\"2\" ; ab=3", "b"), (Values{"2"}));
  EXPECT_EQ(find_cookies("a=x=y", "a"), (Values{"x=y"}));
  EXPECT_EQ(find_cookies("a=", "a"), (Values{""}));
  for (const char* header : {"", "a", ";;;", "=1", "A=1", "xa=1", "a b=1", "\xff=\xff"})
    EXPECT_EQ(find_cookies(header, "a"), Values{}) << header;
}

TEST(Cookie, t31_is_written_with_every_guard) {
  EXPECT_EQ(to_set_cookie({.name = "__Host-gatehouse-session", .value = "gths_x", .max_age = std::chrono::hours(1)}),
            "__Host-gatehouse-session=gths_x; Path=/; Max-Age=3600; HttpOnly; Secure; SameSite=Lax");
  EXPECT_EQ(to_set_cookie({.name = "gatehouse-session",
                           .value = "x",
                           .domain = "example.com",
                           .same_site = SameSite::strict,
                           .secure = false}),
            "gatehouse-session=x; Path=/; Domain=example.com; HttpOnly; SameSite=Strict");
  EXPECT_EQ(to_removal({.name = "a", .value = "secret"}), "a=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax");
}

TEST(Cookie, refuses_what_would_split_the_field_or_break_a_prefix) {
  for (const SetCookie& cookie :
       {SetCookie{.name = "", .value = "x"}, SetCookie{.name = "a b", .value = "x"},
        SetCookie{.name = "a", .value = "x;y"}, SetCookie{.name = "a", .value = "x\r\ny"},
        SetCookie{.name = "a", .value = "x", .path = "/;x"}, SetCookie{.name = "a", .value = "x", .domain = "a;b"},
        SetCookie{.name = "__Host-a", .value = "x", .path = "/v1"},
        SetCookie{.name = "__Host-a", .value = "x", .domain = "example.com"},
        SetCookie{.name = "__Host-a", .value = "x", .secure = false},
        SetCookie{.name = "__Secure-a", .value = "x", .secure = false},
        SetCookie{.name = "a", .value = "x", .same_site = SameSite::none, .secure = false}})
    EXPECT_THROW(to_set_cookie(cookie), std::invalid_argument) << cookie.name;
}

TEST(SignedText, opens_what_it_signed_for_the_same_purpose) {
  const Secret<std::string> key = new_aead_key();
  const std::string sealed = sign_text(key, "users", "2026-01-01|u1");
  EXPECT_EQ(*open_text(key, "users", sealed), "2026-01-01|u1");
  EXPECT_EQ(*open_text(key, "", sign_text(key, "", "")), "");
  EXPECT_EQ(open_text(key, "audit", sealed).error().code, ErrorCode::invalid_cursor);
  EXPECT_FALSE(open_text(new_aead_key(), "users", sealed));
  // The same bytes cut elsewhere between purpose and text.
  EXPECT_FALSE(open_text(key, "users2", sign_text(key, "users", "2")));
}

TEST(SignedText, t52_refuses_every_altered_cursor) {
  const Secret<std::string> key = new_aead_key();
  const std::string sealed = sign_text(key, "users", "u1");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(open_text(key, "users", changed)) << i;
    EXPECT_FALSE(open_text(key, "users", sealed.substr(0, i))) << i;
  }
  for (const std::string& text : {sealed + 'A', sealed + '=', std::string("' OR 1=1"), std::string(5'000, 'A')})
    EXPECT_FALSE(open_text(key, "users", text)) << text;
}

}  // namespace
}  // namespace gatehouse::auth
