#include "adapters/storage/tests/store_contract.hpp"

namespace gatehouse::adapters::storage {
namespace {

class PeopleContract : public StoreContract {};
INSTANTIATE_TEST_SUITE_P(Stores, PeopleContract, testing::ValuesIn(contract_databases()),
                         [](const auto& kind) { return kind.param; });

TEST_P(PeopleContract, an_account_is_known_by_issuer_and_subject) {
  const auto user = add_user("ada@example.com");
  auto account = new_account(user.id, "subject-1");
  account.name = "Ada";
  account.sealed_tokens = std::string("\x00\x01", 2);
  write([&](Tx& tx) { return tx.accounts().add(account); });
  const auto got = *read([&](Tx& tx) { return tx.accounts().find(account.issuer, account.subject); });
  EXPECT_EQ(got.id, account.id);
  EXPECT_EQ(got.user_id, user.id);
  EXPECT_EQ(got.provider, "google");
  EXPECT_EQ(got.email, account.email);
  EXPECT_TRUE(got.email_verified);
  EXPECT_EQ(got.name, "Ada");
  EXPECT_EQ(got.sealed_tokens, account.sealed_tokens);
  EXPECT_FALSE(got.last_used_at);
  EXPECT_FALSE(read([&](Tx& tx) { return tx.accounts().find("https://evil.example", account.subject); }));
  auto used = account;
  used.email = "ada@elsewhere.example";
  used.email_verified = false;
  used.sealed_tokens.reset();
  used.name = "Countess";
  used.last_used_at = kNow + 1h;
  write([&](Tx& tx) { return tx.accounts().note_use(used); });
  const auto after = *read([&](Tx& tx) { return tx.accounts().find(account.id); });
  EXPECT_EQ(after.last_used_at, kNow + 1h);
  EXPECT_EQ(after.email, used.email);
  EXPECT_FALSE(after.email_verified);
  EXPECT_FALSE(after.sealed_tokens);
  EXPECT_EQ(after.name, account.name) << "taken once";
  EXPECT_EQ(read([&](Tx& tx) { return tx.accounts().list(user.id); }).size(), 1u);
}

TEST_P(PeopleContract, a_provider_account_belongs_to_one_user) {
  const auto ada = add_user("ada@example.com");
  const auto bob = add_user("bob@example.com");
  const auto account = new_account(ada.id, "subject-1");
  write([&](Tx& tx) { return tx.accounts().add(account); });
  EXPECT_EQ(refused([&](Tx& tx) { return tx.accounts().add(new_account(bob.id, "subject-1")); }),
            ErrorCode::account_linked_elsewhere);
  EXPECT_FALSE(write([&](Tx& tx) { return tx.accounts().remove(bob.id, account.id); })) << "not his";
  EXPECT_TRUE(write([&](Tx& tx) { return tx.accounts().remove(ada.id, account.id); }));
  EXPECT_FALSE(write([&](Tx& tx) { return tx.accounts().remove(ada.id, account.id); }));
}

TEST_P(PeopleContract, devices_are_listed_by_last_use_and_forgotten_when_unused) {
  const auto user = add_user("ada@example.com");
  const auto phone = new_device(user.id);
  const auto laptop = new_device(user.id);
  write([&](Tx& tx) -> Result<> {
    GH_CHECK(tx.devices().add(phone));
    GH_CHECK(tx.devices().add(laptop));
    return tx.devices().note_use(phone.id, "198.51.100.0/24", kNow + 1h);
  });
  const auto all = read([&](Tx& tx) { return tx.devices().list(user.id); });
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].id, phone.id);
  EXPECT_EQ(all[0].network, "198.51.100.0/24");
  EXPECT_EQ(all[0].last_seen_at, kNow + 1h);
  EXPECT_EQ(all[1].token_hash, laptop.token_hash);
  EXPECT_EQ(all[1].expires_at, laptop.expires_at);
  EXPECT_EQ(write([](Tx& tx) { return tx.devices().remove_unused(kNow + 1h, 10); }), 1);
  EXPECT_FALSE(read([&](Tx& tx) { return tx.devices().find(laptop.id); }));
  EXPECT_TRUE(write([&](Tx& tx) { return tx.devices().remove(phone.id); }));
  EXPECT_FALSE(write([&](Tx& tx) { return tx.devices().remove(phone.id); }));
  write([&](Tx& tx) { return tx.devices().add(new_device(user.id)); });
  EXPECT_EQ(write([&](Tx& tx) { return tx.devices().remove_for_user(user.id); }), 1);
}

TEST_P(PeopleContract, a_role_is_held_once_and_replaced) {
  const auto user = add_user("ada@example.com");
  auto first = new_role(user.id, "admin");
  EXPECT_TRUE(write([&](Tx& tx) { return tx.roles().put(first, kNow); }));
  auto second = new_role(user.id, "admin");
  second.granted_by_type = domain::ActorType::operator_;
  second.granted_by = "root";
  second.reason.reset();
  second.source_event_id = "evt-1";
  second.expires_at = kNow + 1h;
  EXPECT_FALSE(write([&](Tx& tx) { return tx.roles().put(second, kNow); }));
  const auto all = read([&](Tx& tx) { return tx.roles().list_all(user.id); });
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].id, second.id);
  EXPECT_EQ(all[0].granted_by_type, domain::ActorType::operator_);
  EXPECT_EQ(all[0].granted_by, "root");
  EXPECT_FALSE(all[0].reason);
  EXPECT_EQ(all[0].source_event_id, "evt-1");
  EXPECT_EQ(all[0].expires_at, kNow + 1h);
  EXPECT_TRUE(write([&](Tx& tx) { return tx.roles().put(new_role(user.id, "admin"), kNow + 1h); }))
      << "an expired one was not held";
  EXPECT_TRUE(write([&](Tx& tx) { return tx.roles().remove(user.id, "admin"); }));
  EXPECT_FALSE(write([&](Tx& tx) { return tx.roles().remove(user.id, "admin"); }));
}

TEST_P(PeopleContract, expired_roles_do_not_hold_and_are_given_back_when_removed) {
  const auto user = add_user("ada@example.com");
  auto role = new_role(user.id, "support");
  role.expires_at = kNow + 1h;
  write([&](Tx& tx) -> Result<> {
    GH_CHECK(tx.roles().put(role, kNow));
    GH_CHECK(tx.roles().put(new_role(user.id, "user"), kNow));
    return {};
  });
  EXPECT_EQ(read([&](Tx& tx) { return tx.roles().list(user.id, kNow + 1h - Duration(1)); }).size(), 2u);
  EXPECT_EQ(read([&](Tx& tx) { return tx.roles().list(user.id, kNow + 1h); }).size(), 1u);
  const auto other = add_user("bob@example.com");
  const auto each = read([&](Tx& tx) { return tx.roles().list_each({other.id, user.id}, kNow + 1h); });
  ASSERT_EQ(each.size(), 2u) << "in the order that was asked for";
  EXPECT_TRUE(each[0].empty());
  ASSERT_EQ(each[1].size(), 1u) << "those that hold";
  EXPECT_EQ(each[1][0].role, "user");
  EXPECT_TRUE(read([](Tx& tx) { return tx.roles().list_each({}, kNow); }).empty());
  EXPECT_TRUE(write([](Tx& tx) { return tx.roles().remove_expired(kNow, 10); }).empty());
  const auto removed = write([](Tx& tx) { return tx.roles().remove_expired(kNow + 1h, 10); });
  ASSERT_EQ(removed.size(), 1u);
  EXPECT_EQ(removed[0].role, "support");
  EXPECT_EQ(removed[0].user_id, user.id);
}

TEST_P(PeopleContract, one_of_many_at_once_is_the_first_to_grant) {
  const auto user = add_user("ada@example.com");
  std::vector<domain::RoleAssignment> roles;
  roles.reserve(kAtOnce);
  for (int i = 0; i < kAtOnce; ++i) roles.push_back(new_role(user.id, "admin"));
  EXPECT_EQ(at_once([&](Tx& tx, int i) { return tx.roles().put(roles[static_cast<std::size_t>(i)], kNow); }), 1);
  EXPECT_EQ(rows_of("role_assignments"), 1);
}

}  // namespace
}  // namespace gatehouse::adapters::storage
