#include "adapters/storage/tests/store_contract.hpp"

namespace gatehouse::adapters::storage {
namespace {

using domain::User;
using domain::UserId;
using domain::UserStatus;
using ports::PageRequest;
using ports::UserFilter;

class UsersContract : public StoreContract {
 protected:
  std::vector<std::string> search(const UserFilter& filter, int limit = 50) {
    std::vector<std::string> found;
    PageRequest page{limit, std::nullopt};
    do {
      const auto got = read([&](Tx& tx) { return tx.users().search(filter, page); });
      EXPECT_LE(got.items.size(), static_cast<std::size_t>(limit));
      for (const auto& user : got.items) found.push_back(user.email);
      page.after = got.next;
    } while (page.after);
    return found;
  }
  User add_named(const std::string& email, const std::string& name) {
    auto user = new_user(email);
    user.name = name;
    write([&](Tx& tx) { return tx.users().add(user); });
    return user;
  }
};
INSTANTIATE_TEST_SUITE_P(Stores, UsersContract, testing::ValuesIn(contract_databases()),
                         [](const auto& kind) { return kind.param; });

TEST_P(UsersContract, gives_back_every_member_as_it_was) {
  auto user = new_user("ada@example.com");
  user.email = "Ada@example.com";
  user.name = "Ada Lovelace";
  user.locale = "en-GB";
  user.picture = "https://example.com/ada.png";
  user.status = UserStatus::pending_deletion;
  user.status_reason = "asked for";
  user.password_changed_at = kNow - 1h;
  user.credential_version = 7;
  user.password_exposed = user.reset_required = user.compliance_hold = user.mail_undeliverable = true;
  user.identity_verification = domain::IdentityVerification::rejected;
  user.screening = domain::Screening::possible_match;
  user.screening_public = domain::Screening::pending;
  user.deletion_due_at = kNow + 24h;
  user.reset_guard_until = kNow + 72h;
  user.last_sign_in_at = kNow - 2h;
  user.version = 4;
  write([&](Tx& tx) { return tx.users().add(user); });
  const User got = read([&](Tx& tx) { return tx.users().get(user.id); });
  EXPECT_EQ(got.id, user.id);
  EXPECT_EQ(got.email, user.email);
  EXPECT_EQ(got.email_canonical, user.email_canonical);
  EXPECT_EQ(got.email_verified_at, user.email_verified_at);
  EXPECT_EQ(got.name, user.name);
  EXPECT_EQ(got.locale, user.locale);
  EXPECT_EQ(got.picture, user.picture);
  EXPECT_EQ(got.status, user.status);
  EXPECT_EQ(got.status_reason, user.status_reason);
  EXPECT_EQ(got.password_hash, user.password_hash);
  EXPECT_EQ(got.password_changed_at, user.password_changed_at);
  EXPECT_EQ(got.credential_version, 7);
  EXPECT_TRUE(got.password_exposed && got.reset_required && got.compliance_hold && got.mail_undeliverable);
  EXPECT_EQ(got.identity_verification, user.identity_verification);
  EXPECT_EQ(got.screening, user.screening);
  EXPECT_EQ(got.screening_public, user.screening_public);
  EXPECT_EQ(got.deletion_due_at, user.deletion_due_at);
  EXPECT_EQ(got.reset_guard_until, user.reset_guard_until);
  EXPECT_EQ(got.created_at, user.created_at);
  EXPECT_EQ(got.updated_at, user.updated_at);
  EXPECT_EQ(got.last_sign_in_at, user.last_sign_in_at);
  EXPECT_EQ(got.version, 4);
}

TEST_P(UsersContract, keeps_what_is_absent_absent) {
  auto user = new_user("ada@example.com");
  user.password_hash.reset();
  user.email_verified_at.reset();
  write([&](Tx& tx) { return tx.users().add(user); });
  const User got = *read([&](Tx& tx) { return tx.users().find_by_email("ada@example.com"); });
  EXPECT_FALSE(got.password_hash || got.email_verified_at || got.name || got.deletion_due_at || got.last_sign_in_at);
}

TEST_P(UsersContract, misses_are_told_apart_by_find_and_get) {
  EXPECT_FALSE(read([](Tx& tx) { return tx.users().find(UserId("nobody")); }));
  EXPECT_FALSE(read([](Tx& tx) { return tx.users().find_by_email("nobody@example.com"); }));
  EXPECT_EQ(refused([](Tx& tx) { return tx.users().get(UserId("nobody")); }), ErrorCode::not_found);
}

TEST_P(UsersContract, takes_an_address_and_an_id_once) {
  const auto ada = add_user("ada@example.com");
  EXPECT_EQ(refused([&](Tx& tx) { return tx.users().add(new_user("ada@example.com")); }), ErrorCode::email_taken);
  auto same_id = new_user("other@example.com");
  same_id.id = ada.id;
  EXPECT_EQ(refused([&](Tx& tx) { return tx.users().add(same_id); }), ErrorCode::id_taken);
}

TEST_P(UsersContract, takes_one_of_many_users_with_the_same_address) {
  std::vector<User> users;
  for (int i = 0; i < kAtOnce; ++i) users.push_back(new_user("ada@example.com"));
  EXPECT_EQ(at_once([&](Tx& tx, int i) -> Result<bool> {
              const auto added = tx.users().add(users[static_cast<std::size_t>(i)]);
              if (!added && added.error().code == ErrorCode::email_taken) return false;
              GH_CHECK(added);
              return true;
            }),
            1);
  EXPECT_EQ(rows_of("users"), 1);
}

TEST_P(UsersContract, saves_and_counts_the_version_up) {
  auto user = add_user("ada@example.com");
  user.name = "Ada";
  user.status = UserStatus::disabled;
  write([&](Tx& tx) { return tx.users().save(user); });
  EXPECT_EQ(user.version, 2);
  const auto got = read([&](Tx& tx) { return tx.users().get(user.id); });
  EXPECT_EQ(got.version, 2);
  EXPECT_EQ(got.name, "Ada");
  EXPECT_EQ(got.status, UserStatus::disabled);
}

TEST_P(UsersContract, a_save_over_an_older_version_changes_nothing) {
  auto fresh = add_user("ada@example.com");
  auto stale = fresh;
  fresh.name = "First";
  write([&](Tx& tx) { return tx.users().save(fresh); });
  stale.name = "Second";
  EXPECT_EQ(refused([&](Tx& tx) { return tx.users().save(stale); }), ErrorCode::dependency_unavailable);
  EXPECT_EQ(read([&](Tx& tx) { return tx.users().get(fresh.id); }).name, "First");
  stale.id = UserId("nobody");
  EXPECT_EQ(refused([&](Tx& tx) { return tx.users().save(stale); }), ErrorCode::not_found);
}

TEST_P(UsersContract, a_save_to_a_taken_address_is_refused) {
  add_user("ada@example.com");
  auto grace = add_user("grace@example.com");
  grace.email = grace.email_canonical = "ada@example.com";
  EXPECT_EQ(refused([&](Tx& tx) { return tx.users().save(grace); }), ErrorCode::email_taken);
  EXPECT_TRUE(read([](Tx& tx) { return tx.users().find_by_email("grace@example.com"); }));
}

TEST_P(UsersContract, every_read_change_and_save_at_once_counts) {
  const auto user = add_user("ada@example.com");
  // Four, because a store tries a write again only a few times.
  const int done = at_once(
      [&](Tx& tx, int) -> Result<bool> {
        GH_TRY(auto mine, tx.users().get(user.id));
        ++mine.credential_version;
        GH_CHECK(tx.users().save(mine));
        return true;
      },
      4);
  const auto got = read([&](Tx& tx) { return tx.users().get(user.id); });
  EXPECT_EQ(got.credential_version, 1 + done);
  EXPECT_EQ(got.version, 1 + done);
}

TEST_P(UsersContract, notes_a_sign_in_without_a_new_version) {
  const auto user = add_user("ada@example.com");
  write([&](Tx& tx) { return tx.users().note_sign_in(user.id, kNow + 1h); });
  const auto got = read([&](Tx& tx) { return tx.users().get(user.id); });
  EXPECT_EQ(got.last_sign_in_at, kNow + 1h);
  EXPECT_EQ(got.version, 1);
}

TEST_P(UsersContract, lists_newest_first_page_by_page) {
  for (const char* email : {"a@x.org", "b@x.org", "c@x.org", "d@x.org", "e@x.org"}) add_user(email);
  const std::vector<std::string> all{"e@x.org", "d@x.org", "c@x.org", "b@x.org", "a@x.org"};
  EXPECT_EQ(search({}, 2), all);
  EXPECT_EQ(search({}, 5), all);
  EXPECT_EQ(search({}, 200), all);
}

TEST_P(UsersContract, searches_by_exact_id_then_address_then_name) {
  const auto zoe = add_user("zoe@x.org");
  add_named("ann@x.org", "Zed");
  add_named("bob@x.org", "zebra Ünal");
  add_named("zack@x.org", "Zack");
  UserFilter filter;
  filter.query = "Z";
  const std::vector<std::string> found{"zack@x.org", "zoe@x.org", "bob@x.org", "ann@x.org"};
  for (const int limit : {1, 2, 3, 4, 50}) EXPECT_EQ(search(filter, limit), found) << limit;
  EXPECT_EQ(read([&](Tx& tx) { return tx.users().count(filter); }).value, 4);
  filter.query = zoe.id.str();
  EXPECT_EQ(search(filter, 1), std::vector<std::string>{"zoe@x.org"});
  EXPECT_EQ(read([&](Tx& tx) { return tx.users().count(filter); }).value, 1);
}

TEST_P(UsersContract, the_search_folds_case_beyond_ascii) {
  add_named("a@x.org", "Ödön von Horváth");
  add_named("b@x.org", "Oder");
  UserFilter filter;
  for (const char* query : {"öDÖN", "ödön v", "Ö"}) {
    filter.query = query;
    EXPECT_EQ(search(filter), std::vector<std::string>{"a@x.org"}) << query;
  }
}

TEST_P(UsersContract, the_search_takes_wildcards_literally) {
  add_user("ada@x.org");
  UserFilter filter;
  for (const char* query : {"%", "_da", "a%", "ada@x.org'--"}) {
    filter.query = query;
    EXPECT_TRUE(search(filter).empty()) << query;
  }
}

TEST_P(UsersContract, filters_go_together) {
  auto ada = add_user("ada@x.org");
  auto bob = add_user("bob@x.org");
  const auto cyd = add_user("cyd@x.org");
  bob.status = UserStatus::disabled;
  auto expired = new_role(cyd.id, "admin");
  expired.expires_at = kNow;
  write([&](Tx& tx) -> Result<> {
    GH_CHECK(tx.users().save(bob));
    GH_CHECK(tx.roles().put(new_role(ada.id, "admin"), kNow));
    GH_CHECK(tx.roles().put(new_role(bob.id, "admin"), kNow));
    GH_CHECK(tx.roles().put(expired, kNow - 1h));
    return {};
  });
  UserFilter filter;
  filter.now = kNow;
  filter.role = "admin";
  EXPECT_EQ(search(filter, 1), (std::vector<std::string>{"bob@x.org", "ada@x.org"}));
  EXPECT_EQ(read([&](Tx& tx) { return tx.users().count(filter); }).value, 2);
  filter.status = UserStatus::disabled;
  EXPECT_EQ(search(filter), std::vector<std::string>{"bob@x.org"});
  filter.query = "a";
  EXPECT_TRUE(search(filter).empty());
  filter = {};
  filter.ids = {ada.id, cyd.id, UserId("nobody")};
  EXPECT_EQ(search(filter), (std::vector<std::string>{"cyd@x.org", "ada@x.org"}));
  filter = {};
  filter.email_canonical = "bob@x.org";
  EXPECT_EQ(search(filter), std::vector<std::string>{"bob@x.org"});
}

TEST_P(UsersContract, counts_by_status_and_factor) {
  const auto ada = add_user("ada@x.org");
  auto bob = add_user("bob@x.org");
  bob.status = UserStatus::disabled;
  domain::TotpSecret secret{domain::FactorId("f1"), ada.id, "sealed", kNow, 0, {}, kNow};
  write([&](Tx& tx) -> Result<> {
    GH_CHECK(tx.users().save(bob));
    return tx.factors().put_totp(secret);
  });
  const auto counts = read([](Tx& tx) { return tx.users().counts(); });
  EXPECT_EQ(counts.all.value, 2);
  EXPECT_TRUE(counts.all.exact);
  EXPECT_EQ(counts.active.value, 1);
  EXPECT_EQ(counts.disabled.value, 1);
  EXPECT_EQ(counts.pending_deletion.value, 0);
  EXPECT_EQ(counts.with_second_factor.value, 1);
}

TEST_P(UsersContract, counts_those_who_hold_a_role_and_can_sign_in) {
  const auto count = [&](std::vector<std::string> roles) {
    return read([&](Tx& tx) { return tx.users().count_able_with_role(roles, kNow); });
  };
  const auto ada = add_user("ada@x.org");
  auto unverified = new_user("bob@x.org");
  unverified.email_verified_at.reset();
  auto disabled = new_user("cyd@x.org");
  disabled.status = UserStatus::disabled;
  auto linked = new_user("dan@x.org");
  linked.password_hash.reset();
  auto helpless = new_user("eve@x.org");
  helpless.password_hash.reset();
  write([&](Tx& tx) -> Result<> {
    for (const auto* user : {&unverified, &disabled, &linked, &helpless}) GH_CHECK(tx.users().add(*user));
    for (const auto& id : {ada.id, unverified.id, disabled.id, linked.id, helpless.id}) {
      GH_CHECK(tx.roles().put(new_role(id, "admin"), kNow));
    }
    GH_CHECK(tx.roles().put(new_role(ada.id, "owner"), kNow));
    return tx.accounts().add(new_account(linked.id, "dan"));
  });
  EXPECT_EQ(count({"admin"}), 2);
  EXPECT_EQ(count({"admin", "owner"}), 2);
  EXPECT_EQ(count({"owner"}), 1);
  EXPECT_EQ(count({"nobody"}), 0);
  EXPECT_EQ(count({}), 0);
}

TEST_P(UsersContract, the_last_of_two_admins_stays_when_both_go_at_once) {
  std::vector<UserId> admins;
  for (const char* email : {"ada@x.org", "bob@x.org"}) {
    admins.push_back(add_user(email).id);
    write([&](Tx& tx) { return tx.roles().put(new_role(admins.back(), "admin"), kNow); });
  }
  EXPECT_EQ(at_once(
                [&](Tx& tx, int i) -> Result<bool> {
                  GH_TRY(const auto able, tx.users().count_able_with_role({"admin"}, kNow));
                  if (able < 2) return false;
                  return tx.roles().remove(admins[static_cast<std::size_t>(i)], "admin");
                },
                2),
            1);
}

TEST_P(UsersContract, tells_whose_erasure_is_due_but_not_who_is_held) {
  auto due = new_user("ada@x.org");
  auto later = new_user("bob@x.org");
  auto held = new_user("cyd@x.org");
  auto active = new_user("dan@x.org");
  for (auto* user : {&due, &later, &held}) user->status = UserStatus::pending_deletion;
  due.deletion_due_at = held.deletion_due_at = active.deletion_due_at = kNow;
  later.deletion_due_at = kNow + Duration(1);
  held.compliance_hold = true;
  write([&](Tx& tx) -> Result<> {
    for (const auto* user : {&due, &later, &held, &active}) GH_CHECK(tx.users().add(*user));
    return {};
  });
  EXPECT_EQ(read([](Tx& tx) { return tx.users().due_for_erasure(kNow, 10); }), std::vector<UserId>{due.id});
}

// More of each than are named by their ids, and more with the prefix than one page looks through.
TEST_P(UsersContract, a_rare_one_among_many_of_a_prefix_is_found) {
  constexpr int kAlike = 1'600;
  constexpr int kDisabled = 260;
  write([&](Tx& tx) -> Result<> {
    for (int i = 0; i < kAlike + kDisabled; ++i) {
      auto user = new_user((i < kAlike ? "a" : "z") + std::to_string(i) + "@x.org");
      user.name = i < kAlike ? "Bo " + std::to_string(i) : "Cy";
      if (i >= kAlike) user.status = UserStatus::disabled;
      GH_CHECK(tx.users().add(user));
    }
    for (const char* letters : {"a999a@x.org", "a999b@x.org", "a1000c@x.org"}) {
      auto user = new_user(letters);
      user.name = std::string("Bo ") + letters;
      user.status = UserStatus::disabled;
      GH_CHECK(tx.users().add(user));
      GH_CHECK(tx.roles().put(new_role(user.id, "admin"), kNow));
    }
    return {};
  });
  UserFilter filter;
  filter.now = kNow;
  filter.status = UserStatus::disabled;
  filter.query = "bo";
  const auto first = read([&](Tx& tx) { return tx.users().search(filter, {50, {}}); });
  EXPECT_TRUE(first.items.empty() && first.next) << "their names come after more than one page looks through";
  for (const char* query : {"a", "bo"}) {
    filter.query = query;
    for (const int limit : {1, 2, 50})
      EXPECT_EQ(search(filter, limit), (std::vector<std::string>{"a1000c@x.org", "a999a@x.org", "a999b@x.org"}));
  }
  filter.role = "admin";
  EXPECT_EQ(search(filter, 1).size(), 3U);
}

TEST_P(UsersContract, totals_beyond_the_bound_are_estimates) {
  write([&](Tx& tx) -> Result<> {
    for (int i = 0; i < 1'050; ++i) GH_CHECK(tx.users().add(new_user("u" + std::to_string(i) + "@x.org")));
    return {};
  });
  const auto total = read([](Tx& tx) { return tx.users().count({}); });
  EXPECT_FALSE(total.exact);
  EXPECT_GE(total.value, 1'000);
  UserFilter filter;
  filter.query = "u";
  EXPECT_FALSE(read([&](Tx& tx) { return tx.users().count(filter); }).exact);
  filter.query = "u1049";
  const auto one = read([&](Tx& tx) { return tx.users().count(filter); });
  EXPECT_TRUE(one.exact);
  EXPECT_EQ(one.value, 1);
  filter = {};
  filter.status = UserStatus::active;
  EXPECT_FALSE(read([&](Tx& tx) { return tx.users().count(filter); }).exact);
  const auto counts = read([](Tx& tx) { return tx.users().counts(); });
  EXPECT_FALSE(counts.all.exact);
  EXPECT_FALSE(counts.active.exact);
  EXPECT_GE(counts.all.value, 1'000);
  EXPECT_GE(counts.active.value, 1'000);
  EXPECT_TRUE(counts.disabled.exact);
  EXPECT_EQ(counts.disabled.value, 0);
}

}  // namespace
}  // namespace gatehouse::adapters::storage
