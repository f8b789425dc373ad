#include <gtest/gtest.h>

#include "auth/id_token.hpp"
#include "auth/jws.hpp"
#include "auth/tests/support.hpp"

namespace gatehouse::auth {
namespace {

bool is_ours(const boost::json::value& jwk) {
  const boost::json::value* alg = jwk.as_object().if_contains("alg");
  return alg != nullptr && alg->is_string() && signature_algorithm_from(std::string_view(alg->get_string()));
}

bool accepts(const boost::json::value& test, const KeySet& keys) {
  return test.at("jws").is_string() && verify_jws(text_of(test, "jws"), keys, {.typ = {""}}).has_value();
}

TEST(WycheproofJose, t39_every_jws_is_judged_as_the_file_says) {
  int accepted_cases = 0, judged = 0;
  for_each_case("json_web_signature_test.json", [&](const boost::json::value& group, const boost::json::value& test) {
    const boost::json::value* key = group.as_object().if_contains("public");
    KeySet keys;
    if (key != nullptr && key->is_object())
      if (auto parsed = parse_jwk(key->get_object())) keys.push_back(std::move(*parsed));
    // Algorithms that Gatehouse does not speak are refused, valid or not.
    const bool expected = is_valid(test) && key != nullptr && key->is_object() && is_ours(*key);
    const bool accepted = accepts(test, keys);
    EXPECT_EQ(accepted, expected) << case_name(test);
    accepted_cases += accepted ? 1 : 0;
    ++judged;
  });
  EXPECT_EQ(judged, 401);
  EXPECT_EQ(accepted_cases, 10);
}

TEST(WycheproofJose, t39_every_jwk_set_is_judged_as_the_file_says) {
  int accepted_cases = 0, judged = 0;
  for_each_case("json_web_key_test.json", [&](const boost::json::value& group, const boost::json::value& test) {
    const boost::json::value* set = group.as_object().if_contains("public");
    const bool has_public = set != nullptr && set->is_object();
    const auto keys = parse_jwk_set(boost::json::serialize(has_public ? *set : group.at("private")));
    const bool accepted = keys && accepts(test, *keys);
    EXPECT_EQ(accepted, is_valid(test) && has_public) << case_name(test);
    accepted_cases += accepted ? 1 : 0;
    ++judged;
  });
  EXPECT_EQ(judged, 26);
  EXPECT_EQ(accepted_cases, 1);
}

/// Where the ID-token verifier stops. Wycheproof signs texts and not claims, so what passes the signature is refused
/// for its payload, and only there; what the file calls invalid is refused before any claim is read.
enum class Stop { signature, claims };
Stop id_token_stop(const std::string& token, const KeySet& keys) {
  IdTokenExpectations expectations;
  expectations.issuers = {"https://accounts.example"};
  expectations.audiences = {"our-client"};
  const auto verdict = verify_id_token(token, keys, expectations, kNow);
  EXPECT_FALSE(verdict.has_value());
  EXPECT_EQ(verdict.error().code, ErrorCode::invalid_provider_token);
  const auto signature = verify_jws(token, keys, {.typ = {"jwt", ""}, .refusal = ErrorCode::invalid_provider_token});
  if (signature) return Stop::claims;
  EXPECT_EQ(verdict.error().cause, signature.error().cause);
  return Stop::signature;
}

TEST(WycheproofJose, t39_every_jws_and_jwk_set_is_judged_so_by_the_id_token_verifier) {
  int past_signature = 0, judged = 0;
  for (const char* file : {"json_web_signature_test.json", "json_web_key_test.json"}) {
    for_each_case(file, [&](const boost::json::value& group, const boost::json::value& test) {
      if (!test.at("jws").is_string()) return;
      const boost::json::value* key = group.as_object().if_contains("public");
      if (key == nullptr || !key->is_object()) key = group.as_object().if_contains("private");
      KeySet keys;
      bool is_public_and_ours = false;
      if (const boost::json::value* list = key->as_object().if_contains("keys"); list != nullptr) {
        keys = parse_jwk_set(boost::json::serialize(*key)).value_or(KeySet{});
        is_public_and_ours = key == group.as_object().if_contains("public");
      } else if (auto parsed = parse_jwk(key->get_object())) {
        keys.push_back(std::move(*parsed));
        is_public_and_ours = is_ours(*key);
      }
      const Stop expected = is_valid(test) && is_public_and_ours ? Stop::claims : Stop::signature;
      EXPECT_EQ(id_token_stop(text_of(test, "jws"), keys), expected) << case_name(test);
      past_signature += expected == Stop::claims ? 1 : 0;
      ++judged;
    });
  }
  EXPECT_EQ(past_signature, 11);
  EXPECT_EQ(judged, 427);
}

}  // namespace
}  // namespace gatehouse::auth
