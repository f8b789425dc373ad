#include "adapters/oauth/token_answer.hpp"

#include <gtest/gtest.h>

namespace gatehouse::adapters::oauth {
namespace {

TEST(TokenAnswer, gives_the_tokens) {
  const auto answer = parse_token_answer(
      200,
      R"({"access_token":"at","token_type":"Bearer","expires_in":3600,"refresh_token":"rt","id_token":"a.b.c","scope":"x y"})");
  ASSERT_TRUE(answer.has_value()) << answer.error().cause;
  EXPECT_EQ(answer->access_token.expose(), "at");
  EXPECT_EQ(answer->refresh_token->expose(), "rt");
  EXPECT_EQ(answer->id_token->expose(), "a.b.c");
  EXPECT_EQ(answer->scope, "x y");
  EXPECT_EQ(answer->expires_in, 3600);
  EXPECT_TRUE(parse_token_answer(200, R"({"access_token":"at","token_type":"bearer"})").has_value());
}

TEST(TokenAnswer, github_sends_errors_with_status_200) {
  const auto spent = parse_token_answer(
      200, R"({"error":"bad_verification_code","error_description":"The code passed is incorrect or expired."})");
  EXPECT_EQ(spent.error().code, ErrorCode::invalid_state);
  const auto secret = parse_token_answer(200, R"({"error":"incorrect_client_credentials"})");
  EXPECT_EQ(secret.error().code, ErrorCode::provider_error);
  EXPECT_NE(secret.error().cause.find("client_secret"), std::string::npos);
  // Tokens beside an error are not believed.
  EXPECT_FALSE(parse_token_answer(200, R"({"error":"x","access_token":"at","token_type":"bearer"})").has_value());
  EXPECT_FALSE(parse_token_answer(200, R"({"error":null,"access_token":"at","token_type":"bearer"})").has_value());
}

TEST(TokenAnswer, errors_by_their_code) {
  EXPECT_EQ(parse_token_answer(400, R"({"error":"invalid_grant"})").error().code, ErrorCode::invalid_state);
  for (const char* error : {"invalid_client", "invalid_request", "redirect_uri_mismatch", "server_error", "x"})
    EXPECT_EQ(parse_token_answer(400, R"({"error":")" + std::string(error) + "\"}").error().code,
              ErrorCode::provider_error);
  // What looks like a secret stays out of the log.
  const auto odd = parse_token_answer(400, R"({"error":"gho_SECRET value"})");
  EXPECT_EQ(odd.error().cause.find("SECRET"), std::string::npos);
}

TEST(TokenAnswer, what_is_no_answer_is_refused) {
  for (const char* body :
       {"", "null", "[]", "<html>", "access_token=at&token_type=bearer", R"({"access_token":"at"})",
        R"({"token_type":"bearer"})", R"({"access_token":"","token_type":"bearer"})",
        R"({"access_token":5,"token_type":"bearer"})", R"({"access_token":"a\r\nb","token_type":"bearer"})",
        R"({"access_token":"at","token_type":"mac"})",
        R"({"access_token":"a","access_token":"b","token_type":"bearer"})"})
    EXPECT_EQ(parse_token_answer(200, body).error().code, ErrorCode::provider_error) << body;
  for (const int status : {201, 204, 400, 401, 500, 503})
    EXPECT_EQ(parse_token_answer(status, R"({"access_token":"at","token_type":"bearer"})").error().code,
              ErrorCode::provider_error);
  for (const char* seconds : {"-1", "0", "1e9", "\"3600\"", "99999999999"})
    EXPECT_FALSE(parse_token_answer(
                     200, R"({"access_token":"at","token_type":"bearer","expires_in":)" + std::string(seconds) + "}")
                     ->expires_in.has_value());
}

}  // namespace
}  // namespace gatehouse::adapters::oauth
