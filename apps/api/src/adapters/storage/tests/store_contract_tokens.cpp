#include "adapters/storage/tests/store_contract.hpp"

namespace gatehouse::adapters::storage {
namespace {

using domain::TokenPurpose;

class TokensContract : public StoreContract {};
INSTANTIATE_TEST_SUITE_P(Stores, TokensContract, testing::ValuesIn(contract_databases()),
                         [](const auto& kind) { return kind.param; });

TEST_P(TokensContract, consuming_gives_back_every_member_and_only_once) {
  const auto user = add_user("ada@example.com");
  const auto token = new_token(TokenPurpose::reset_password, user.id);
  write([&](Tx& tx) { return tx.verification_tokens().add(token); });
  const auto take = [&](Tx& tx) {
    return tx.verification_tokens().consume(token.id, token.token_hash, TokenPurpose::reset_password, kNow);
  };
  EXPECT_EQ(read([&](Tx& tx) { return tx.verification_tokens().find(token.id); })->token_hash, token.token_hash);
  const auto got = write(take);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->user_id, user.id);
  EXPECT_FALSE(got->pending_sign_up_id);
  EXPECT_EQ(got->email, token.email);
  EXPECT_EQ(got->email_canonical, token.email_canonical);
  EXPECT_EQ(got->token_hash, token.token_hash);
  EXPECT_NE(got->payload.find("\"n\""), std::string::npos);
  EXPECT_EQ(got->created_at, token.created_at);
  EXPECT_EQ(got->expires_at, token.expires_at);
  EXPECT_FALSE(write(take));
  EXPECT_FALSE(read([&](Tx& tx) { return tx.verification_tokens().find(token.id); }));
}

TEST_P(TokensContract, a_token_without_payload_has_an_empty_object) {
  auto token = new_token(TokenPurpose::verify_email, std::nullopt);
  token.payload.clear();
  write([&](Tx& tx) { return tx.verification_tokens().add(token); });
  const auto got = read(
      [&](Tx& tx) { return tx.verification_tokens().newest_for_email(token.email_canonical, token.purpose, kNow); });
  EXPECT_EQ(got->payload, "{}");
}

TEST_P(TokensContract, a_wrong_hash_purpose_or_time_takes_nothing) {
  const auto user = add_user("ada@example.com");
  const auto token = new_token(TokenPurpose::reset_password, user.id);
  write([&](Tx& tx) { return tx.verification_tokens().add(token); });
  const auto take = [&](const std::string& hash, TokenPurpose purpose, Timestamp now) {
    return write([&](Tx& tx) { return tx.verification_tokens().consume(token.id, hash, purpose, now); }).has_value();
  };
  EXPECT_FALSE(take(hash32(), TokenPurpose::reset_password, kNow));
  EXPECT_FALSE(take(token.token_hash, TokenPurpose::verify_email, kNow));
  EXPECT_FALSE(take(token.token_hash, TokenPurpose::reset_password, token.expires_at));
  EXPECT_TRUE(take(token.token_hash, TokenPurpose::reset_password, token.expires_at - Duration(1)));
}

TEST_P(TokensContract, one_of_many_at_once_takes_the_token) {
  const auto user = add_user("ada@example.com");
  const auto token = new_token(TokenPurpose::verify_email, user.id);
  write([&](Tx& tx) { return tx.verification_tokens().add(token); });
  EXPECT_EQ(at_once([&](Tx& tx, int) -> Result<bool> {
              GH_TRY(const auto taken,
                     tx.verification_tokens().consume(token.id, token.token_hash, TokenPurpose::verify_email, kNow));
              return taken.has_value();
            }),
            1);
}

TEST_P(TokensContract, a_rolled_back_write_takes_nothing) {
  const auto token = new_token(TokenPurpose::verify_email, std::nullopt);
  write([&](Tx& tx) { return tx.verification_tokens().add(token); });
  EXPECT_EQ(refused([&](Tx& tx) -> Result<> {
              GH_TRY(const auto taken,
                     tx.verification_tokens().consume(token.id, token.token_hash, TokenPurpose::verify_email, kNow));
              EXPECT_TRUE(taken);
              return fail(ErrorCode::forbidden);
            }),
            ErrorCode::forbidden);
  EXPECT_EQ(rows_of("verification_tokens"), 1);
}

TEST_P(TokensContract, finds_the_newest_of_a_user_and_of_an_address) {
  const auto user = add_user("ada@example.com");
  auto older = new_token(TokenPurpose::reset_password, user.id);
  auto newer = new_token(TokenPurpose::reset_password, user.id);
  newer.created_at = kNow + 1min;
  auto expired = new_token(TokenPurpose::reset_password, user.id);
  expired.created_at = kNow + 2min;
  expired.expires_at = kNow;
  write([&](Tx& tx) -> Result<> {
    for (const auto* token : {&newer, &older, &expired}) GH_CHECK(tx.verification_tokens().add(*token));
    return {};
  });
  auto& purpose = newer.purpose;
  EXPECT_EQ(read([&](Tx& tx) { return tx.verification_tokens().newest(user.id, purpose, kNow); })->id, newer.id);
  EXPECT_EQ(
      read([&](Tx& tx) { return tx.verification_tokens().newest_for_email("ada@example.com", purpose, kNow); })->id,
      newer.id);
  EXPECT_FALSE(read([&](Tx& tx) { return tx.verification_tokens().newest(user.id, TokenPurpose::not_me, kNow); }));
  const auto all = read([&](Tx& tx) { return tx.verification_tokens().list(user.id, purpose, kNow); });
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].id, older.id);
  EXPECT_EQ(all[1].id, newer.id);
}

TEST_P(TokensContract, voids_a_users_tokens_by_purpose_or_all) {
  const auto user = add_user("ada@example.com");
  write([&](Tx& tx) -> Result<> {
    for (const auto purpose : {TokenPurpose::reset_password, TokenPurpose::change_email, TokenPurpose::not_me}) {
      GH_CHECK(tx.verification_tokens().add(new_token(purpose, user.id)));
    }
    return tx.verification_tokens().add(new_token(TokenPurpose::verify_email, std::nullopt));
  });
  const auto remove = [&](std::vector<TokenPurpose> purposes) {
    return write([&](Tx& tx) { return tx.verification_tokens().remove_for_user(user.id, purposes); });
  };
  EXPECT_EQ(remove({TokenPurpose::change_email, TokenPurpose::not_me}), 2);
  EXPECT_EQ(remove({}), 1);
  EXPECT_EQ(
      write([](Tx& tx) { return tx.verification_tokens().remove_for_email("ada@example.com", TokenPurpose::not_me); }),
      0);
  EXPECT_EQ(write([](Tx& tx) {
              return tx.verification_tokens().remove_for_email("ada@example.com", TokenPurpose::verify_email);
            }),
            1);
}

TEST_P(TokensContract, removes_expired_tokens_in_bounded_steps) {
  for (int i = 0; i < 3; ++i) {
    write([&](Tx& tx) { return tx.verification_tokens().add(new_token(TokenPurpose::verify_email, std::nullopt)); });
  }
  EXPECT_EQ(write([](Tx& tx) { return tx.verification_tokens().remove_expired(kNow, 10); }), 0);
  EXPECT_EQ(write([](Tx& tx) { return tx.verification_tokens().remove_expired(kNow + 1h, 2); }), 2);
  EXPECT_EQ(write([](Tx& tx) { return tx.verification_tokens().remove_expired(kNow + 1h, 2); }), 1);
}

TEST_P(TokensContract, pending_sign_ups_come_oldest_first_and_end_in_time) {
  auto first = new_pending("ada@example.com");
  auto second = new_pending("ada@example.com");
  second.created_at = kNow + 1min;
  second.name.reset();
  write([&](Tx& tx) -> Result<> {
    GH_CHECK(tx.pending_sign_ups().add(second));
    GH_CHECK(tx.pending_sign_ups().add(first));
    return tx.pending_sign_ups().add(new_pending("bob@example.com"));
  });
  const auto got = read([](Tx& tx) { return tx.pending_sign_ups().list("ada@example.com", kNow); });
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0].id, first.id);
  EXPECT_EQ(got[0].password_hash, first.password_hash);
  EXPECT_EQ(got[0].name, "Ada");
  EXPECT_FALSE(got[1].name);
  EXPECT_EQ(read([](Tx& tx) { return tx.pending_sign_ups().list("ada@example.com", kNow + 24h); }).size(), 0u);
}

TEST_P(TokensContract, an_address_keeps_its_newest_few_pending_sign_ups) {
  std::vector<domain::PendingSignUpId> ids;
  for (int i = 0; i < ports::PendingSignUps::kMaxPerAddress + 2; ++i) {
    auto pending = new_pending("ada@example.com");
    pending.created_at = kNow + std::chrono::minutes(i);
    ids.push_back(pending.id);
    write([&](Tx& tx) { return tx.pending_sign_ups().add(pending); });
  }
  const auto got = read([](Tx& tx) { return tx.pending_sign_ups().list("ada@example.com", kNow); });
  ASSERT_EQ(got.size(), static_cast<std::size_t>(ports::PendingSignUps::kMaxPerAddress));
  EXPECT_EQ(got.front().id, ids[2]);
  EXPECT_EQ(got.back().id, ids.back());
}

TEST_P(TokensContract, one_of_many_at_once_takes_the_pending_sign_up) {
  const auto pending = new_pending("ada@example.com");
  write([&](Tx& tx) { return tx.pending_sign_ups().add(pending); });
  EXPECT_FALSE(write([&](Tx& tx) { return tx.pending_sign_ups().consume(pending.id, pending.expires_at); }));
  EXPECT_EQ(at_once([&](Tx& tx, int) -> Result<bool> {
              GH_TRY(const auto taken, tx.pending_sign_ups().consume(pending.id, kNow));
              return taken.has_value();
            }),
            1);
}

TEST_P(TokensContract, a_pending_sign_up_takes_its_token_along) {
  const auto pending = new_pending("ada@example.com");
  auto token = new_token(TokenPurpose::verify_email, std::nullopt);
  token.pending_sign_up_id = pending.id;
  write([&](Tx& tx) -> Result<> {
    GH_CHECK(tx.pending_sign_ups().add(pending));
    return tx.verification_tokens().add(token);
  });
  EXPECT_EQ(write([](Tx& tx) { return tx.pending_sign_ups().remove_all("ada@example.com"); }), 1);
  EXPECT_EQ(rows_of("verification_tokens"), 0);
}

TEST_P(TokensContract, removes_expired_pending_sign_ups) {
  write([&](Tx& tx) { return tx.pending_sign_ups().add(new_pending("ada@example.com")); });
  EXPECT_EQ(write([](Tx& tx) { return tx.pending_sign_ups().remove_expired(kNow, 10); }), 0);
  EXPECT_EQ(write([](Tx& tx) { return tx.pending_sign_ups().remove_expired(kNow + 24h, 10); }), 1);
}

}  // namespace
}  // namespace gatehouse::adapters::storage
