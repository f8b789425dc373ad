// Erasing a person: every row that hangs on the user goes, whatever table it is in, and the id never comes back.
#include "adapters/storage/tests/store_contract.hpp"

namespace gatehouse::adapters::storage {
namespace {

class ErasureContract : public StoreContract {
 protected:
  /// A row in every table that hangs on a user.
  void fill(const domain::UserId& user, const std::string& subject) {
    auto attempt = new_attempt(domain::AttemptOutcome::success, "net");
    attempt.user_id = user;
    write([&](Tx& tx) -> Result<> {
      GH_CHECK(tx.accounts().add(new_account(user, subject)));
      GH_CHECK(tx.devices().add(new_device(user)));
      GH_CHECK(tx.sessions().add(new_session(user)));
      GH_CHECK(tx.verification_tokens().add(new_token(domain::TokenPurpose::reset_password, user)));
      GH_CHECK(tx.factors().put_totp({domain::FactorId(next_id("f")), user, "sealed", kNow, 1, {}, kNow}));
      GH_CHECK(tx.factors().replace_backup_codes(
          user, {{domain::FactorId(next_id("b")), user, hash32(), "salt", std::nullopt, kNow}}));
      GH_CHECK(tx.factors().spend_try(user, domain::FactorKind::totp, 50, kNow));
      GH_CHECK(tx.challenges().add(new_challenge(user)));
      GH_CHECK(tx.roles().put(new_role(user, "admin"), kNow));
      return tx.attempts().add(attempt);
    });
  }
};
INSTANTIATE_TEST_SUITE_P(Stores, ErasureContract, testing::ValuesIn(contract_databases()),
                         [](const auto& kind) { return kind.param; });

constexpr const char* kTables[] = {"users",
                                   "accounts",
                                   "devices",
                                   "sessions",
                                   "verification_tokens",
                                   "user_mfa_secrets",
                                   "mfa_backup_codes",
                                   "factor_counters",
                                   "mfa_challenges",
                                   "role_assignments",
                                   "login_attempts"};

TEST_P(ErasureContract, takes_every_row_of_the_user_and_no_other) {
  const auto ada = add_user("ada@example.com");
  const auto bob = add_user("bob@example.com");
  fill(ada.id, "ada");
  fill(bob.id, "bob");
  for (const char* table : kTables) EXPECT_EQ(rows_of(table), 2) << table;
  write([&](Tx& tx) { return tx.users().erase(ada.id); });
  for (const char* table : kTables) EXPECT_EQ(rows_of(table), 1) << table;
  EXPECT_FALSE(read([&](Tx& tx) { return tx.users().find(ada.id); }));
  EXPECT_TRUE(read([&](Tx& tx) { return tx.users().find(bob.id); }));
  EXPECT_EQ(refused([&](Tx& tx) { return tx.users().erase(ada.id); }), ErrorCode::not_found);
}

TEST_P(ErasureContract, the_id_is_never_taken_again_while_the_address_is_free) {
  const auto ada = add_user("ada@example.com");
  write([&](Tx& tx) { return tx.users().erase(ada.id); });
  auto again = new_user("ada@example.com");
  again.id = ada.id;
  EXPECT_EQ(refused([&](Tx& tx) { return tx.users().add(again); }), ErrorCode::id_taken);
  EXPECT_EQ(rows_of("users"), 0);
  again.id = domain::UserId("u-new");
  write([&](Tx& tx) { return tx.users().add(again); });
}

}  // namespace
}  // namespace gatehouse::adapters::storage
