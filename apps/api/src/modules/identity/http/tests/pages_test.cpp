#include <gtest/gtest.h>

#include "auth/crypto/digest.hpp"
#include "auth/encoding.hpp"
#include "modules/identity/http/etag.hpp"
#include "modules/identity/http/pages/embedded.hpp"
#include "modules/identity/http/pages/page.hpp"

namespace gatehouse::http::pages {
namespace {

application::Settings settings() {
  application::Settings made;
  made.public_url = "https://id.example.com/identity";
  made.public_origin = "https://id.example.com";
  made.service_name = "Ada's <b>shop</b> & co";
  made.password_min_length = 15;
  return made;
}

server::Response reset_page() {
  return render({.title = "Choose a new password",
                 .button = "Set",
                 .action = "/v1/password/reset",
                 .done = "Done",
                 .password_label = "New password",
                 .new_password = true},
                settings());
}

std::string header(const server::Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return {};
}

std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const auto begin = text.find(from) + from.size();
  return text.substr(begin, text.find(to, begin) - begin);
}

TEST(Pages, values_are_escaped_and_nothing_is_left_open) {
  const std::string body = reset_page().body;
  EXPECT_NE(body.find("Ada&#39;s &lt;b&gt;shop&lt;/b&gt; &amp; co"), std::string::npos);
  EXPECT_EQ(body.find("<b>"), std::string::npos);
  EXPECT_EQ(body.find("{{"), std::string::npos);
}

TEST(Pages, the_policy_allows_the_one_style_and_the_one_script_of_the_page) {
  const auto response = reset_page();
  const std::string policy = header(response, "Content-Security-Policy");
  for (const auto& content :
       {between(response.body, "<script>", "</script>"), between(response.body, "<style>", "</style>")}) {
    ASSERT_FALSE(content.empty());
    EXPECT_NE(policy.find("'sha256-" + auth::base64_encode(auth::sha256(content)) + "'"), std::string::npos);
  }
  EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
  EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
  EXPECT_EQ(policy.find("unsafe"), std::string::npos);
}

TEST(Pages, a_page_loads_nothing_from_anywhere) {
  const std::string body = reset_page().body;
  for (const char* source : {"http://", "https://", "src=", "href=", "url(", "@import"})
    EXPECT_EQ(body.find(source), std::string::npos) << source;
}

TEST(Pages, a_page_calls_under_the_base_path_of_the_public_url) {
  const std::string body = reset_page().body;
  EXPECT_NE(body.find("data-base=\"/identity\""), std::string::npos);
  EXPECT_NE(body.find("data-action=\"/v1/password/reset\""), std::string::npos);
}

TEST(Pages, a_page_asks_only_for_what_it_sends) {
  const std::string reset = reset_page().body;
  EXPECT_NE(reset.find("autocomplete=\"new-password\""), std::string::npos);
  EXPECT_NE(reset.find("At least 15 characters"), std::string::npos);
  EXPECT_EQ(reset.find("id=\"email\""), std::string::npos);
  const std::string confirm = render({.title = "Confirm", .button = "Confirm"}, settings()).body;
  EXPECT_EQ(confirm.find("type=\"password\""), std::string::npos);
}

TEST(Pages, the_script_takes_the_key_out_of_the_address_and_sends_only_on_submit) {
  const std::string script(kPageJs);
  EXPECT_NE(script.find("history.replaceState"), std::string::npos);
  const auto submit = script.find("addEventListener(\"submit\"");
  ASSERT_NE(submit, std::string::npos);
  // What sends is called from the submit handler alone.
  EXPECT_EQ(script.find("spendToken()"), std::string::npos);
  EXPECT_GT(script.find("token: spendToken"), submit);
  EXPECT_EQ(script.find("localStorage"), std::string::npos);
}

TEST(Pages, sections_are_left_out_where_their_value_is_empty) {
  EXPECT_EQ(fill("a{{#x}}b{{y}}{{/x}}c", {{"x", "yes"}, {"y", "<"}}), "ab&lt;c");
  EXPECT_EQ(fill("a{{#x}}b{{y}}{{/x}}c", {{"y", "<"}}), "ac");
  EXPECT_EQ(fill("{{{raw}}}", {{"raw", "<i>"}}), "<i>");
}

server::Request with_if_match(const std::vector<std::string>& values) {
  server::Request request;
  for (const auto& value : values) request.headers.emplace_back("if-match", value);
  return request;
}

TEST(IfMatch, absent_or_a_star_allows_any_version) {
  EXPECT_FALSE(if_match(with_if_match({}))->has_value());
  EXPECT_FALSE(if_match(with_if_match({" * "}))->has_value());
}

TEST(IfMatch, a_list_allows_its_strong_tags_alone) {
  const auto expected = if_match(with_if_match({"\"3\", W/\"4\",\"abc\"", "\"9\""}));
  ASSERT_TRUE(expected.has_value());
  EXPECT_TRUE(application::check_version(*expected, 3).has_value());
  EXPECT_TRUE(application::check_version(*expected, 9).has_value());
  EXPECT_FALSE(application::check_version(*expected, 4).has_value());
}

TEST(IfMatch, what_is_no_list_of_tags_is_refused) {
  for (const char* text : {"3", "\"3", "\"3\" \"4\"", "", "\"3\","})
    EXPECT_FALSE(if_match(with_if_match({text})).has_value()) << text;
}

}  // namespace
}  // namespace gatehouse::http::pages
