#include <gtest/gtest.h>

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

}  // namespace
}  // namespace gatehouse::auth
