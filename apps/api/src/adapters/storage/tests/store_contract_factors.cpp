#include "adapters/storage/tests/store_contract.hpp"

namespace gatehouse::adapters::storage {
namespace {

using domain::FactorKind;

class FactorsContract : public StoreContract {
 protected:
  void SetUp() override {
    StoreContract::SetUp();
    user_ = add_user("ada@example.com").id;
  }
  domain::TotpSecret new_secret() {
    return {domain::FactorId(next_id("f")), user_, std::string("sealed\0bytes", 12), std::nullopt, -1, {}, kNow};
  }
  /// A secret that is not confirmed yet; its id.
  domain::FactorId put() {
    const auto secret = new_secret();
    write([&](Tx& tx) { return tx.factors().put_totp(secret); });
    return secret.id;
  }
  bool confirm(const domain::FactorId& secret, std::int64_t step) {
    return write([&](Tx& tx) { return tx.factors().confirm_totp(user_, secret, step, kNow); });
  }
  void put_confirmed(std::int64_t step) { EXPECT_TRUE(confirm(put(), step)); }
  bool accept(std::int64_t step) {
    return write([&](Tx& tx) { return tx.factors().accept_totp_step(user_, step); });
  }
  std::optional<std::int64_t> spend(FactorKind kind, int limit) {
    return write([&](Tx& tx) { return tx.factors().spend_try(user_, kind, limit, kNow); });
  }
  std::vector<domain::BackupCode> new_codes(int count) {
    std::vector<domain::BackupCode> codes;
    codes.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      codes.push_back({domain::FactorId(next_id("b")), user_, hash32(), "one salt", std::nullopt, kNow});
    }
    return codes;
  }
  domain::UserId user_;
};
INSTANTIATE_TEST_SUITE_P(Stores, FactorsContract, testing::ValuesIn(contract_databases()),
                         [](const auto& kind) { return kind.param; });

TEST_P(FactorsContract, an_unconfirmed_secret_is_replaced_and_a_confirmed_one_stays) {
  EXPECT_FALSE(read([&](Tx& tx) { return tx.factors().find_totp(user_); }));
  write([&](Tx& tx) { return tx.factors().put_totp(new_secret()); });
  const auto second = new_secret();
  write([&](Tx& tx) { return tx.factors().put_totp(second); });
  auto got = *read([&](Tx& tx) { return tx.factors().find_totp(user_); });
  EXPECT_EQ(got.id, second.id);
  EXPECT_EQ(got.sealed_secret, second.sealed_secret);
  EXPECT_EQ(got.last_step, -1);
  EXPECT_FALSE(got.confirmed_at);
  EXPECT_TRUE(confirm(second.id, 100));
  EXPECT_EQ(refused([&](Tx& tx) { return tx.factors().put_totp(new_secret()); }), ErrorCode::already_enrolled);
  got = *read([&](Tx& tx) { return tx.factors().find_totp(user_); });
  EXPECT_EQ(got.id, second.id);
  EXPECT_EQ(got.confirmed_at, kNow);
  EXPECT_EQ(got.last_step, 100);
  EXPECT_FALSE(confirm(second.id, 101));
}

TEST_P(FactorsContract, a_secret_that_was_replaced_meanwhile_is_not_confirmed) {
  const auto checked = put();
  const auto planted = put();
  EXPECT_FALSE(confirm(checked, 100)) << "its code says nothing of the one that is there now";
  const auto got = *read([&](Tx& tx) { return tx.factors().find_totp(user_); });
  EXPECT_EQ(got.id, planted);
  EXPECT_FALSE(got.confirmed_at);
  EXPECT_EQ(got.last_step, -1);
  const auto other = add_user("grace@example.com").id;
  EXPECT_FALSE(write([&](Tx& tx) { return tx.factors().confirm_totp(other, planted, 100, kNow); })) << "another's";
  EXPECT_TRUE(confirm(planted, 100));
}

TEST_P(FactorsContract, one_of_many_at_once_confirms_the_secret) {
  const auto secret = put();
  EXPECT_EQ(at_once([&](Tx& tx, int) { return tx.factors().confirm_totp(user_, secret, 100, kNow); }), 1);
}

TEST_P(FactorsContract, only_greater_steps_of_a_confirmed_secret_are_accepted) {
  const auto secret = put();
  EXPECT_FALSE(accept(200)) << "not confirmed";
  EXPECT_TRUE(confirm(secret, 100));
  EXPECT_FALSE(accept(99));
  EXPECT_FALSE(accept(100));
  EXPECT_TRUE(accept(101));
  EXPECT_FALSE(accept(101));
  EXPECT_TRUE(accept(105));
  EXPECT_TRUE(write([&](Tx& tx) { return tx.factors().remove_totp(user_); }));
  EXPECT_FALSE(write([&](Tx& tx) { return tx.factors().remove_totp(user_); }));
  EXPECT_FALSE(accept(106)) << "gone";
}

TEST_P(FactorsContract, one_of_many_at_once_gets_a_step) {
  put_confirmed(100);
  EXPECT_EQ(at_once([&](Tx& tx, int) { return tx.factors().accept_totp_step(user_, 101); }), 1);
}

TEST_P(FactorsContract, tries_are_counted_up_to_the_limit_and_lock_there) {
  put_confirmed(100);
  EXPECT_EQ(spend(FactorKind::totp, 3), 1);
  EXPECT_EQ(spend(FactorKind::totp, 3), 2);
  EXPECT_EQ(spend(FactorKind::backup_code, 3), 1) << "counted apart";
  EXPECT_FALSE(read([&](Tx& tx) { return tx.factors().find_counter(user_, FactorKind::totp); }).locked_at);
  EXPECT_EQ(spend(FactorKind::totp, 3), 3);
  EXPECT_EQ(spend(FactorKind::totp, 3), std::nullopt);
  const auto counter = read([&](Tx& tx) { return tx.factors().find_counter(user_, FactorKind::totp); });
  EXPECT_EQ(counter.failures, 3);
  EXPECT_EQ(counter.last_failure_at, kNow);
  EXPECT_EQ(counter.locked_at, kNow);
  EXPECT_EQ(read([&](Tx& tx) { return tx.factors().find_totp(user_); })->failures, counter);
  EXPECT_FALSE(accept(101)) << "locked";
  write([&](Tx& tx) { return tx.factors().clear_counter(user_, FactorKind::totp); });
  EXPECT_EQ(read([&](Tx& tx) { return tx.factors().find_counter(user_, FactorKind::totp); }), domain::FactorFailures{});
  EXPECT_TRUE(accept(101));
}

TEST_P(FactorsContract, no_try_beyond_the_limit_gets_through_at_once) {
  EXPECT_EQ(at_once([&](Tx& tx, int) -> Result<bool> {
              GH_TRY(const auto count, tx.factors().spend_try(user_, FactorKind::backup_code, 5, kNow));
              return count.has_value();
            }),
            5);
  EXPECT_EQ(read([&](Tx& tx) { return tx.factors().find_counter(user_, FactorKind::backup_code); }).failures, 5);
}

TEST_P(FactorsContract, a_backup_code_works_once_and_not_after_a_new_set) {
  const auto codes = new_codes(3);
  write([&](Tx& tx) { return tx.factors().replace_backup_codes(user_, codes); });
  EXPECT_TRUE(write([&](Tx& tx) { return tx.factors().consume_backup_code(codes[0].id, kNow); }));
  EXPECT_FALSE(write([&](Tx& tx) { return tx.factors().consume_backup_code(codes[0].id, kNow); }));
  auto left = read([&](Tx& tx) { return tx.factors().list_backup_codes(user_); });
  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(left[0].code_hash, codes[1].code_hash);
  EXPECT_EQ(left[0].salt, "one salt");
  const auto fresh = new_codes(2);
  write([&](Tx& tx) { return tx.factors().replace_backup_codes(user_, fresh); });
  EXPECT_FALSE(write([&](Tx& tx) { return tx.factors().consume_backup_code(codes[1].id, kNow); }));
  EXPECT_EQ(read([&](Tx& tx) { return tx.factors().list_backup_codes(user_); }).size(), 2u);
  write([&](Tx& tx) { return tx.factors().remove_backup_codes(user_); });
  EXPECT_TRUE(read([&](Tx& tx) { return tx.factors().list_backup_codes(user_); }).empty());
}

TEST_P(FactorsContract, one_of_many_at_once_takes_the_backup_code) {
  const auto codes = new_codes(1);
  write([&](Tx& tx) { return tx.factors().replace_backup_codes(user_, codes); });
  EXPECT_EQ(at_once([&](Tx& tx, int) { return tx.factors().consume_backup_code(codes[0].id, kNow); }), 1);
}

TEST_P(FactorsContract, a_challenge_comes_back_as_it_was) {
  auto challenge = new_challenge(user_);
  challenge.service = "payouts";
  challenge.device_id = domain::DeviceId("d1");
  challenge.cookie_hash = hash32();
  write([&](Tx& tx) { return tx.challenges().add(challenge); });
  const auto got = *read([&](Tx& tx) { return tx.challenges().find(challenge.id); });
  EXPECT_EQ(got.token_hash, challenge.token_hash);
  EXPECT_EQ(got.user_id, user_);
  EXPECT_EQ(got.purpose, "sign_in");
  EXPECT_EQ(got.service, "payouts");
  EXPECT_EQ(got.first_factor, challenge.first_factor);
  EXPECT_EQ(got.credential_version, 3);
  EXPECT_EQ(got.expires_at, challenge.expires_at);
  EXPECT_EQ(got.device_id, challenge.device_id);
  EXPECT_EQ(got.cookie_hash, challenge.cookie_hash);
  EXPECT_EQ(got.state, domain::ChallengeState::pending);
  EXPECT_TRUE(got.verified_amr.empty());
  EXPECT_FALSE(read([](Tx& tx) { return tx.challenges().find(domain::ChallengeId("none")); }));
}

TEST_P(FactorsContract, a_challenge_takes_five_tries_while_it_lasts) {
  const auto challenge = new_challenge(user_);
  write([&](Tx& tx) { return tx.challenges().add(challenge); });
  EXPECT_FALSE(write([&](Tx& tx) { return tx.challenges().spend_try(challenge.id, 5, challenge.expires_at); }));
  EXPECT_EQ(at_once([&](Tx& tx, int) { return tx.challenges().spend_try(challenge.id, 5, kNow); }), 5);
  EXPECT_EQ(read([&](Tx& tx) { return tx.challenges().find(challenge.id); })->wrong_codes, 5);
}

TEST_P(FactorsContract, one_of_many_at_once_finishes_the_challenge) {
  const auto challenge = new_challenge(user_);
  write([&](Tx& tx) { return tx.challenges().add(challenge); });
  EXPECT_FALSE(write([&](Tx& tx) { return tx.challenges().finish(challenge.id, {"otp"}, challenge.expires_at); }));
  EXPECT_EQ(at_once([&](Tx& tx, int) { return tx.challenges().finish(challenge.id, {"pwd", "otp"}, kNow); }), 1);
  const auto got = *read([&](Tx& tx) { return tx.challenges().find(challenge.id); });
  EXPECT_EQ(got.state, domain::ChallengeState::verified);
  EXPECT_EQ(got.verified_at, kNow);
  EXPECT_EQ(got.verified_amr, (std::vector<std::string>{"pwd", "otp"}));
  write([&](Tx& tx) { return tx.challenges().fail(challenge.id); });
  EXPECT_EQ(read([&](Tx& tx) { return tx.challenges().find(challenge.id); })->state, domain::ChallengeState::verified);
}

TEST_P(FactorsContract, a_failed_challenge_cannot_be_finished) {
  const auto challenge = new_challenge(user_);
  write([&](Tx& tx) { return tx.challenges().add(challenge); });
  write([&](Tx& tx) { return tx.challenges().fail(challenge.id); });
  EXPECT_FALSE(write([&](Tx& tx) { return tx.challenges().finish(challenge.id, {"otp"}, kNow); }));
  EXPECT_FALSE(write([&](Tx& tx) { return tx.challenges().spend_try(challenge.id, 5, kNow); }));
}

TEST_P(FactorsContract, challenges_go_with_their_time_or_their_user) {
  write([&](Tx& tx) -> Result<> {
    GH_CHECK(tx.challenges().add(new_challenge(user_)));
    return tx.challenges().add(new_challenge(user_));
  });
  EXPECT_EQ(write([](Tx& tx) { return tx.challenges().remove_expired(kNow, 10); }), 0);
  EXPECT_EQ(write([](Tx& tx) { return tx.challenges().remove_expired(kNow + 5min, 1); }), 1);
  EXPECT_EQ(write([&](Tx& tx) { return tx.challenges().remove_for_user(user_); }), 1);
}

}  // namespace
}  // namespace gatehouse::adapters::storage
