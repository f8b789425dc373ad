#include "auth/token.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "auth/tests/support.hpp"
#include "auth/uuid.hpp"

namespace gatehouse::auth {
namespace {

constexpr TokenKind kKinds[] = {TokenKind::session, TokenKind::service, TokenKind::mailed, TokenKind::challenge,
                                TokenKind::device};
constexpr char kId[] = "0190163d-8694-739b-aea5-966c26f8ad91";

TEST(Uuid, is_version_7_and_carries_its_time) {
  const std::string id = make_uuid_v7(from_unix_micros(1'718'064'000'123'456), std::string(8, '\xff'));
  EXPECT_EQ(id.size(), 36u);
  EXPECT_EQ(id[14], '7');
  EXPECT_EQ(id[19], 'b');
  EXPECT_EQ(id.substr(0, 18), "01900498-2c7b-774b");
  EXPECT_EQ(uuid_from_bytes(uuid_to_bytes(id).value()), id);
}

TEST(Uuid, is_ordered_by_microseconds) {
  std::string before;
  for (int i = 0; i < 3'000; ++i) {
    const std::string id = make_uuid_v7(kNow + std::chrono::microseconds(i));
    EXPECT_LT(before, id) << i;
    before = id;
  }
}

TEST(Uuid, t36_a_million_of_one_instant_do_not_repeat) {
  std::vector<std::string> ids;
  ids.reserve(1'000'000);
  for (int i = 0; i < 1'000'000; ++i) ids.push_back(make_uuid_v7(kNow));
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
}

TEST(Uuid, has_one_long_and_one_short_spelling) {
  EXPECT_EQ(uuid_from_short(uuid_to_short(kId).value()), kId);
  for (const char* text : {"", "0190163D-8694-739b-aea5-966c26f8ad91", "0190163d8694739baea5966c26f8ad91",
                           "0190163d-8694-739b-aea5-966c26f8ad9", "{190163d-8694-739b-aea5-966c26f8ad91",
                           "0190163d-8694-739b-aea5-966c26f8ad9-"})
    EXPECT_FALSE(uuid_to_short(text)) << text;
  std::string changed = uuid_to_short(kId).value();
  changed.back() = 'R';  // a bit beyond the 128
  EXPECT_FALSE(uuid_from_short(changed));
  EXPECT_FALSE(uuid_from_short("AAAA"));
  EXPECT_THROW(uuid_from_bytes("short"), std::invalid_argument);
}

TEST(Token, each_kind_reads_back_with_its_id_and_hash) {
  for (const TokenKind kind : kKinds) {
    const NewToken made = new_token(kind, kId);
    const std::string& text = made.text.expose();
    EXPECT_EQ(text.size(), kTokenLength);
    EXPECT_TRUE(text.starts_with(token_prefix(kind)));
    const auto read = parse_token(text, kind);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->id, kId);
    EXPECT_EQ(read->hash, made.hash);
    EXPECT_EQ(made.hash.size(), 32u);
    EXPECT_EQ(parse_token(text)->kind, kind);
  }
}

TEST(Token, t10_no_kind_is_taken_for_another) {
  for (const TokenKind kind : kKinds) {
    const NewToken made = new_token(kind, kId);
    for (const TokenKind other : kKinds) {
      if (other == kind) continue;
      EXPECT_EQ(parse_token(made.text.expose(), other).error().code, ErrorCode::wrong_token_type);
      // Not even with the other's prefix written over its own.
      std::string disguised = made.text.expose();
      disguised.replace(0, 5, token_prefix(other));
      EXPECT_FALSE(parse_token(disguised, other));
    }
  }
}

TEST(Token, malformed_text_is_refused_in_the_words_of_the_kind) {
  EXPECT_EQ(parse_token("gths_x", TokenKind::session).error().code, ErrorCode::no_session);
  EXPECT_EQ(parse_token("", TokenKind::session).error().code, ErrorCode::no_session);
  EXPECT_EQ(parse_token("x", TokenKind::service).error().code, ErrorCode::invalid_service_key);
  EXPECT_EQ(parse_token("x", TokenKind::mailed).error().code, ErrorCode::invalid_token);
  EXPECT_EQ(parse_token("x", TokenKind::challenge).error().code, ErrorCode::challenge_expired);
  EXPECT_EQ(parse_token("x", TokenKind::device).error().code, ErrorCode::invalid_token);
  EXPECT_FALSE(token_kind("eyJhbGciOiJFZERTQSJ9.e30.AAAA"));
}

TEST(Token, t19_fails_when_cut_lengthened_or_altered_anywhere) {
  const NewToken made = new_token(TokenKind::session, kId);
  const std::string& text = made.text.expose();
  for (std::size_t i = 0; i < text.size(); ++i) {
    EXPECT_FALSE(parse_token(text.substr(0, i))) << i;
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    const auto read = parse_token(changed);
    EXPECT_TRUE(!read || read->hash != made.hash) << i;
    EXPECT_FALSE(read) << i;
  }
  for (const std::string& other :
       {text + 'A', text + '=', ' ' + text, text + '\n', "%67" + text.substr(1), text + text})
    EXPECT_FALSE(parse_token(other)) << other;
}

TEST(Token, t19_fails_when_only_the_unused_bits_differ) {
  // 43 characters hold 258 bits: a token whose last two are set, with a right checksum, is still another spelling.
  const std::string good = new_token(TokenKind::session, kId, std::string(32, '\0')).text.expose();
  EXPECT_EQ(good.substr(27, 43), std::string(43, 'A'));
  std::string changed = good;
  changed[69] = 'B';
  EXPECT_FALSE(parse_token(changed));
}

TEST(Token, t36_no_random_part_repeats_among_many_of_one_row) {
  std::vector<std::string> hashes;
  for (int i = 0; i < 100'000; ++i) hashes.push_back(new_token(TokenKind::session, kId).hash);
  std::sort(hashes.begin(), hashes.end());
  EXPECT_EQ(std::adjacent_find(hashes.begin(), hashes.end()), hashes.end());
}

TEST(Token, is_another_each_time) {
  EXPECT_NE(new_token(TokenKind::session, kId).hash, new_token(TokenKind::session, kId).hash);
  EXPECT_THROW(new_token(TokenKind::session, "u1"), std::invalid_argument);
  EXPECT_THROW(new_token(TokenKind::session, kId, "short"), std::invalid_argument);
}

}  // namespace
}  // namespace gatehouse::auth
