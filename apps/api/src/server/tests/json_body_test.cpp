#include "server/json_body.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

namespace gatehouse::server {
namespace {

struct SignIn {
  std::string email;
  Secret<std::string> password;
  std::optional<std::string> client_id;
};
BOOST_DESCRIBE_STRUCT(SignIn, (), (email, password, client_id))

struct Everything {
  std::string text;
  bool truth = false;
  std::int64_t number = 0;
  std::vector<std::string> list;
  std::optional<bool> maybe;
  std::optional<Nullable<std::string>> patch;
  std::optional<boost::json::object> free;
};
BOOST_DESCRIBE_STRUCT(Everything, (), (text, truth, number, list, maybe, patch, free))

struct Listing {
  std::optional<std::string> cursor;
  std::optional<std::int64_t> limit;
  std::optional<std::vector<std::string>> id;
  std::optional<bool> all;
};
BOOST_DESCRIBE_STRUCT(Listing, (), (cursor, limit, id, all))

Request with_body(std::string body) {
  Request request;
  request.body = std::move(body);
  return request;
}

Request with_query(std::string query) {
  Request request;
  request.query = std::move(query);
  return request;
}

std::vector<std::pair<std::string, std::string>> problems(const Error& error) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& field : error.fields) out.emplace_back(field.field, field.code);
  return out;
}

using Problems = std::vector<std::pair<std::string, std::string>>;

TEST(JsonBody, reads_a_described_struct) {
  const auto input = read_body<SignIn>(with_body(R"({"password":"p\u00e4ss","email":"a@b.c"})"));
  ASSERT_TRUE(input.has_value());
  EXPECT_EQ(input->email, "a@b.c");
  EXPECT_EQ(input->password.expose(), "p\xc3\xa4ss");
  EXPECT_FALSE(input->client_id.has_value());
}

TEST(JsonBody, reads_each_kind_of_member) {
  const auto input = read_body<Everything>(with_body(
      R"({"text":"t","truth":true,"number":-9223372036854775808,"list":["a","b"],"maybe":false,"patch":null,"free":{"a":[1]}})"));
  ASSERT_TRUE(input.has_value()) << input.error().detail;
  EXPECT_EQ(input->number, INT64_MIN);
  EXPECT_EQ(input->list, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(input->maybe, false);
  ASSERT_TRUE(input->patch.has_value());
  EXPECT_TRUE(input->patch->is_null());
  EXPECT_EQ(boost::json::serialize(*input->free), R"({"a":[1]})");
  const auto set = read_body<Everything>(with_body(R"({"text":"","truth":false,"number":0,"list":[],"patch":"v"})"));
  ASSERT_TRUE(set.has_value());
  EXPECT_EQ(set->patch->value, "v");
  EXPECT_FALSE(set->maybe.has_value());
}

TEST(JsonBody, names_every_wrong_field_at_once) {
  const auto input = read_body<Everything>(
      with_body(R"({"text":1,"truth":"true","number":1.5,"list":["a",1],"maybe":null,"patch":7,"free":[]})"));
  ASSERT_FALSE(input.has_value());
  EXPECT_EQ(input.error().code, ErrorCode::invalid_request);
  EXPECT_EQ(problems(input.error()), (Problems{{"text", "wrong_type"},
                                               {"truth", "wrong_type"},
                                               {"number", "wrong_type"},
                                               {"list", "wrong_type"},
                                               {"maybe", "wrong_type"},
                                               {"patch", "wrong_type"},
                                               {"free", "wrong_type"}}));
  EXPECT_EQ(input.error().fields[0].pointer, "/text");
  const auto missing = read_body<SignIn>(with_body("{}"));
  EXPECT_EQ(problems(missing.error()), (Problems{{"email", "missing"}, {"password", "missing"}}));
}

TEST(JsonBody, refuses_unknown_and_duplicate_members) {
  const auto unknown = read_body<SignIn>(with_body(R"({"email":"a","password":"b","role":"admin","a~/b":1})"));
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code, ErrorCode::unknown_field);
  EXPECT_EQ(problems(unknown.error()), (Problems{{"role", "unknown_field"}, {"a~/b", "unknown_field"}}));
  EXPECT_EQ(unknown.error().fields[1].pointer, "/a~0~1b");
  EXPECT_EQ(read_body<SignIn>(with_body(R"({"email":"a","password":"b","Email":"c"})")).error().code,
            ErrorCode::unknown_field);
  for (const auto* body : {R"({"email":"a","password":"b","password":"c"})",
                           R"({"email":"a","password":"b","p\u0061ssword":"c"})", R"({"free":{"a":1,"a":1}})"}) {
    const auto duplicate = read_body<SignIn>(with_body(body));
    ASSERT_FALSE(duplicate.has_value()) << body;
    EXPECT_EQ(duplicate.error().code, ErrorCode::unknown_field) << body;
    EXPECT_EQ(duplicate.error().fields.at(0).code, "duplicate") << body;
  }
}

TEST(JsonBody, an_error_never_repeats_a_value) {
  const auto input = read_body<SignIn>(with_body(R"({"email":["hunter2"],"password":7})"));
  for (const auto& field : input.error().fields) EXPECT_EQ(field.detail.find("hunter2"), std::string::npos);
  EXPECT_EQ(input.error().detail.find("hunter2"), std::string::npos);
}

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']');
}

TEST(JsonBody, accepts_well_formed_json) {
  for (const auto* text : {"{}",
                           "[]",
                           " \t\r\n{} \n",
                           R"({"a":{"b":[1,2,{"c":null}]}})",
                           R"(["\u0041\u00e9\ud83d\ude00\"\\\/\b\f\n\r\t"])",
                           "[-0]",
                           "[0]",
                           "[1e2]",
                           "[1E+2]",
                           "[123456789012345678901234567890]",
                           "[0.1]",
                           "[-1.5e-3]",
                           "true",
                           "null",
                           "\"\"",
                           "[\"\xf0\x9f\x98\x80\"]",
                           "[\"\x7f\"]",
                           R"({"":0})",
                           R"({"a":1,"b":1})",
                           R"(["\uFFFF"])",
                           "[\"\xef\xbf\xbf\"]",
                           R"(["\u0001"])",
                           "[20e1]",
                           "[9223372036854775807]",
                           "[18446744073709551616]"})
    EXPECT_TRUE(parse_json(text).has_value()) << text;
  EXPECT_TRUE(parse_json(nested(16)).has_value());
}

TEST(JsonBody, refuses_malformed_json) {
  for (const auto* text : {"",
                           " ",
                           "{",
                           "}",
                           "[",
                           "]",
                           "{]",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "{\"a\":1,}",
                           "{\"a\" 1}",
                           "{\"a\"}",
                           "{a:1}",
                           "{'a':1}",
                           "{\"a\":1 \"b\":2}",
                           "[01]",
                           "[+1]",
                           "[.5]",
                           "[1.]",
                           "[1e]",
                           "[1e+]",
                           "[0x1]",
                           "[NaN]",
                           "[Infinity]",
                           "[-Infinity]",
                           "[-]",
                           "[--1]",
                           "[1e9999]",
                           "[-1e9999]",
                           "nul",
                           "True",
                           "[\"a]",
                           "[\"\\x\"]",
                           "[\"\\u12\"]",
                           "[\"\\u12G4\"]",
                           "[\"\\\"]",
                           "[\"\n\"]",
                           "[\"\t\"]",
                           "[\"\x01\"]",
                           "{} {}",
                           "{}x",
                           "[][]",
                           "{}//c",
                           "/*c*/{}",
                           "[1]//",
                           "\xef\xbb\xbf{}",
                           "[\"\xff\"]",
                           "[\"\xc0\xaf\"]",
                           "[\"\xed\xa0\x80\"]",
                           "[\"\xf4\x90\x80\x80\"]",
                           "[\"\xe2\x82\"]",
                           "[\"\\ud800\"]",
                           "[\"\\udc00\"]",
                           "[\"\\ud800\\u0041\"]",
                           "[\"\\ud800x\"]",
                           "[\"\\udc00\\ud800\"]",
                           "{\"\\u0000\":1}",
                           "\xfe\xff",
                           "*"})
    EXPECT_FALSE(parse_json(text).has_value()) << text;
  EXPECT_FALSE(parse_json(std::string_view("{}\0", 3)).has_value());
  EXPECT_FALSE(parse_json(std::string_view("[\"a\0b\"]", 7)).has_value());
  EXPECT_FALSE(parse_json(nested(17)).has_value());
  EXPECT_FALSE(parse_json(std::string(60000, '[')).has_value());
  EXPECT_FALSE(parse_json(std::string("{\"a\":", 5) + std::string(30000, '{')).has_value());
}

TEST(JsonBody, a_password_may_hold_NUL_and_no_other_text_may) {
  const auto input = read_body<SignIn>(with_body(R"({"email":"a@b.c","password":"pass\u0000word"})"));
  ASSERT_TRUE(input.has_value());
  EXPECT_EQ(input->password.expose(), std::string("pass\0word", 9));
  const auto refused = read_body<SignIn>(with_body(R"({"email":"a\u0000@b.c","password":"x"})"));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(problems(refused.error()), (Problems{{"email", "invalid_text"}}));
}

TEST(JsonBody, wants_one_object) {
  for (const auto* body : {"", "[]", "1", "null", "\"a\""})
    EXPECT_EQ(read_body<SignIn>(with_body(body)).error().code, ErrorCode::invalid_json) << body;
}

TEST(Query, reads_parameters) {
  const auto input = read_query<Listing>(with_query("cursor=a%20b+c&limit=50&id=a,b&id=c&all=true"));
  ASSERT_TRUE(input.has_value()) << input.error().detail;
  EXPECT_EQ(input->cursor, "a b c");
  EXPECT_EQ(input->limit, 50);
  EXPECT_EQ(input->id, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(input->all, true);
  EXPECT_TRUE(read_query<Listing>(with_query("")).has_value());
  EXPECT_TRUE(read_query<Listing>(with_query("&&limit=1&")).has_value());
}

TEST(Query, names_what_is_wrong) {
  EXPECT_EQ(problems(read_query<Listing>(with_query("limit=x&all=1&other=2")).error()),
            (Problems{{"limit", "wrong_type"}, {"all", "wrong_type"}, {"other", "unknown_field"}}));
  EXPECT_EQ(problems(read_query<Listing>(with_query("limit=1&limit=2")).error()), (Problems{{"limit", "duplicate"}}));
  EXPECT_EQ(problems(read_query<Listing>(with_query("limit=99999999999999999999")).error()),
            (Problems{{"limit", "wrong_type"}}));
  EXPECT_TRUE(read_query<Listing>(with_query("limit=1&authuser=0"), Unknown::ignore).has_value());
  for (const auto* query : {"cursor=%", "cursor=%zz", "cursor=%ff", "cursor=%00", "cursor=%ed%a0%80", "%ff=1"})
    EXPECT_EQ(read_query<Listing>(with_query(query)).error().code, ErrorCode::invalid_request) << query;
}

TEST(Query, gives_single_parameters) {
  const auto request = with_query("a=1&b=%C3%A4&c=1&c=2");
  EXPECT_EQ(*request.query_param("a"), "1");
  EXPECT_EQ(*request.query_param("b"), "\xc3\xa4");
  EXPECT_EQ(*request.query_param("x"), std::nullopt);
  EXPECT_FALSE(request.query_param("c").has_value());
}

TEST(Form, reads_a_body) {
  auto request = with_body("email=a%40b.c&password=p+w");
  request.headers = {{"content-type", "application/x-www-form-urlencoded; charset=utf-8"}};
  EXPECT_TRUE(is_form(request));
  const auto input = read_form<SignIn>(request);
  ASSERT_TRUE(input.has_value());
  EXPECT_EQ(input->email, "a@b.c");
  EXPECT_EQ(input->password.expose(), "p w");
  EXPECT_EQ(problems(read_form<SignIn>(with_body("email=a&email=b&password=c")).error()),
            (Problems{{"email", "duplicate"}}));
}

}  // namespace
}  // namespace gatehouse::server
