#include "adapters/storage/tests/store_contract.hpp"

namespace gatehouse::adapters::storage {
namespace {

using domain::SessionId;
using ports::Invalidation;

class SessionsContract : public StoreContract {
 protected:
  std::vector<SessionId> live(const domain::UserId& user, Timestamp now) {
    std::vector<SessionId> ids;
    for (const auto& session : read([&](Tx& tx) { return tx.sessions().list(user, now); })) ids.push_back(session.id);
    return ids;
  }
};
INSTANTIATE_TEST_SUITE_P(Stores, SessionsContract, testing::ValuesIn(contract_databases()),
                         [](const auto& kind) { return kind.param; });

TEST_P(SessionsContract, gives_back_every_member_as_it_was) {
  const auto user = add_user("ada@example.com");
  auto session = new_session(user.id);
  session.acr = domain::Acr::aal2;
  session.amr = {"pwd", "otp", "mfa"};
  session.device_id = domain::DeviceId("d1");
  write([&](Tx& tx) { return tx.sessions().add(session); });
  const auto got = *read([&](Tx& tx) { return tx.sessions().find(session.id); });
  EXPECT_EQ(got.user_id, user.id);
  EXPECT_EQ(got.token_hash, session.token_hash);
  EXPECT_EQ(got.client_id, session.client_id);
  EXPECT_EQ(got.created_at, session.created_at);
  EXPECT_EQ(got.authenticated_at, session.authenticated_at);
  EXPECT_EQ(got.last_seen_at, session.last_seen_at);
  EXPECT_EQ(got.expires_at, session.expires_at);
  EXPECT_EQ(got.idle_timeout, session.idle_timeout);
  EXPECT_EQ(got.acr, session.acr);
  EXPECT_EQ(got.amr, session.amr);
  EXPECT_EQ(got.ip, session.ip);
  EXPECT_EQ(got.user_agent, session.user_agent);
  EXPECT_EQ(got.device, session.device);
  EXPECT_EQ(got.device_id, session.device_id);
}

TEST_P(SessionsContract, finds_a_session_with_its_user_and_all_roles) {
  const auto user = add_user("ada@example.com");
  const auto session = new_session(user.id);
  write([&](Tx& tx) { return tx.sessions().add(session); });
  const auto bare = *read([&](Tx& tx) { return tx.sessions().find_with_user(session.id); });
  EXPECT_EQ(bare.user.email, "ada@example.com");
  EXPECT_TRUE(bare.roles.empty());
  write([&](Tx& tx) -> Result<> {
    GH_CHECK(tx.roles().put(new_role(user.id, "support"), kNow));
    GH_CHECK(tx.roles().put(new_role(user.id, "admin"), kNow));
    return {};
  });
  const auto found = *read([&](Tx& tx) { return tx.sessions().find_with_user(session.id); });
  ASSERT_EQ(found.roles.size(), 2u);
  EXPECT_EQ(found.roles[0].role, "admin");
  EXPECT_EQ(found.roles[1].role, "support");
  EXPECT_EQ(found.session.token_hash, session.token_hash);
  EXPECT_FALSE(read([](Tx& tx) { return tx.sessions().find_with_user(SessionId("none")); }));
}

TEST_P(SessionsContract, finds_several_with_their_users_and_leaves_out_what_is_not_there) {
  const auto ada = add_user("ada@example.com");
  const auto bob = add_user("bob@example.com");
  const auto hers = new_session(ada.id), his = new_session(bob.id), other = new_session(bob.id);
  write([&](Tx& tx) -> Result<> {
    for (const auto& session : {hers, his, other}) GH_CHECK(tx.sessions().add(session));
    GH_CHECK(tx.roles().put(new_role(ada.id, "support"), kNow));
    GH_CHECK(tx.roles().put(new_role(ada.id, "admin"), kNow));
    return {};
  });
  auto found = read([&](Tx& tx) {
    return tx.sessions().find_with_users({his.id, SessionId("none"), hers.id, SessionId(other.id.str() + ",x")});
  });
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.user.email < b.user.email; });
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].session.id, hers.id);
  ASSERT_EQ(found[0].roles.size(), 2u);
  EXPECT_EQ(found[0].roles[0].role, "admin");
  EXPECT_EQ(found[1].session.id, his.id);
  EXPECT_TRUE(found[1].roles.empty());
  EXPECT_TRUE(read([](Tx& tx) { return tx.sessions().find_with_users({SessionId("none")}); }).empty());
  EXPECT_EQ(store().find_session(his.id).value()->user.id, bob.id);
  EXPECT_FALSE(*store().find_session(SessionId("none")));
}

TEST_P(SessionsContract, lists_the_live_ones_newest_first) {
  const auto user = add_user("ada@example.com");
  auto first = new_session(user.id);
  auto second = new_session(user.id);
  auto idle = new_session(user.id);
  idle.last_seen_at = kNow - 24h * 14;
  auto ended = new_session(user.id);
  ended.expires_at = kNow;
  write([&](Tx& tx) -> Result<> {
    for (const auto* session : {&first, &second, &idle, &ended}) GH_CHECK(tx.sessions().add(*session));
    return {};
  });
  EXPECT_EQ(live(user.id, kNow), (std::vector<SessionId>{second.id, first.id}));
  EXPECT_EQ(live(user.id, kNow - Duration(1)), (std::vector<SessionId>{ended.id, idle.id, second.id, first.id}));
  EXPECT_EQ(read([](Tx& tx) { return tx.sessions().count_live(kNow); }).value, 2);
}

TEST_P(SessionsContract, touching_moves_the_idle_end_forward_and_never_back) {
  const auto user = add_user("ada@example.com");
  const auto session = new_session(user.id);
  write([&](Tx& tx) { return tx.sessions().add(session); });
  write([&](Tx& tx) { return tx.sessions().touch(session.id, kNow + 24h); });
  write([&](Tx& tx) { return tx.sessions().touch(session.id, kNow + 1h); });
  EXPECT_EQ(read([&](Tx& tx) { return tx.sessions().find(session.id); })->last_seen_at, kNow + 24h);
  EXPECT_EQ(live(user.id, kNow + 24h * 15 - Duration(1)).size(), 1u);
  EXPECT_EQ(live(user.id, kNow + 24h * 15).size(), 0u);
  write([&](Tx& tx) { return tx.sessions().touch(session.id, kNow + 24h * 29); });
  EXPECT_EQ(live(user.id, kNow + 24h * 30 - Duration(1)).size(), 1u);
  EXPECT_EQ(live(user.id, kNow + 24h * 30).size(), 0u) << "the absolute end stays";
}

TEST_P(SessionsContract, renewing_needs_the_old_token) {
  const auto user = add_user("ada@example.com");
  auto session = new_session(user.id);
  write([&](Tx& tx) { return tx.sessions().add(session); });
  const std::string old = session.token_hash;
  session.token_hash = hash32();
  session.acr = domain::Acr::aal2;
  session.authenticated_at = kNow + 1h;
  EXPECT_FALSE(write([&](Tx& tx) { return tx.sessions().renew(session, hash32()); }));
  EXPECT_TRUE(write([&](Tx& tx) { return tx.sessions().renew(session, old); }));
  EXPECT_FALSE(write([&](Tx& tx) { return tx.sessions().renew(session, old); }));
  const auto got = *read([&](Tx& tx) { return tx.sessions().find(session.id); });
  EXPECT_EQ(got.token_hash, session.token_hash);
  EXPECT_EQ(got.acr, domain::Acr::aal2);
  EXPECT_EQ(got.authenticated_at, kNow + 1h);
}

TEST_P(SessionsContract, one_of_many_renewals_at_once_wins) {
  const auto user = add_user("ada@example.com");
  const auto session = new_session(user.id);
  write([&](Tx& tx) { return tx.sessions().add(session); });
  std::vector<std::string> hashes;
  for (int i = 0; i < kAtOnce; ++i) hashes.push_back(hash32());
  EXPECT_EQ(at_once([&](Tx& tx, int i) {
              auto mine = session;
              mine.token_hash = hashes[static_cast<std::size_t>(i)];
              return tx.sessions().renew(mine, session.token_hash);
            }),
            1);
}

TEST_P(SessionsContract, ends_one_once_and_gives_back_the_row) {
  const auto user = add_user("ada@example.com");
  const auto session = new_session(user.id);
  write([&](Tx& tx) { return tx.sessions().add(session); });
  EXPECT_EQ(at_once([&](Tx& tx, int) -> Result<bool> {
              GH_TRY(const auto removed, tx.sessions().remove(session.id));
              return removed.has_value();
            }),
            1);
  EXPECT_FALSE(read([&](Tx& tx) { return tx.sessions().find(session.id); }));
}

TEST_P(SessionsContract, ends_all_but_the_one_excepted) {
  const auto ada = add_user("ada@example.com");
  const auto bob = add_user("bob@example.com");
  const auto kept = new_session(ada.id);
  write([&](Tx& tx) -> Result<> {
    GH_CHECK(tx.sessions().add(kept));
    GH_CHECK(tx.sessions().add(new_session(ada.id)));
    GH_CHECK(tx.sessions().add(new_session(ada.id)));
    return tx.sessions().add(new_session(bob.id));
  });
  EXPECT_EQ(write([&](Tx& tx) { return tx.sessions().remove_all(ada.id, kept.id); }).size(), 2u);
  EXPECT_EQ(live(ada.id, kNow), std::vector<SessionId>{kept.id});
  EXPECT_EQ(write([&](Tx& tx) { return tx.sessions().remove_all(ada.id, std::nullopt); }).size(), 1u);
  EXPECT_EQ(live(bob.id, kNow).size(), 1u);
}

TEST_P(SessionsContract, removes_the_expired_in_bounded_steps) {
  const auto user = add_user("ada@example.com");
  for (int i = 0; i < 3; ++i) {
    auto ended = new_session(user.id);
    ended.expires_at = kNow;
    write([&](Tx& tx) { return tx.sessions().add(ended); });
  }
  write([&](Tx& tx) { return tx.sessions().add(new_session(user.id)); });
  EXPECT_EQ(write([](Tx& tx) { return tx.sessions().remove_expired(kNow, 2); }), 2);
  EXPECT_EQ(write([](Tx& tx) { return tx.sessions().remove_expired(kNow, 2); }), 1);
  EXPECT_EQ(write([](Tx& tx) { return tx.sessions().remove_expired(kNow, 2); }), 0);
  EXPECT_EQ(rows_of("sessions"), 1);
}

TEST_P(SessionsContract, the_feed_lists_sealed_endings_in_order_without_gaps) {
  Invalidation of_session;
  of_session.session_id = SessionId("s1");
  of_session.before = kNow;
  of_session.expires_at = kNow + 5min;
  Invalidation of_user;
  of_user.user_id = domain::UserId("u1");
  of_user.before = kNow;
  of_user.expires_at = kNow + 10min;
  Invalidation change = of_user;
  change.ending = false;
  write([&](Tx& tx) -> Result<> {
    GH_CHECK(tx.invalidations().add(of_session));
    GH_CHECK(tx.invalidations().add(change));
    return tx.invalidations().add(of_user);
  });
  seal();
  const auto endings = read([](Tx& tx) { return tx.invalidations().list_endings(0, kNow, 10); });
  ASSERT_EQ(endings.size(), 2u);
  EXPECT_EQ(endings[0].sequence, 1);
  EXPECT_EQ(endings[0].session_id, of_session.session_id);
  EXPECT_FALSE(endings[0].user_id);
  EXPECT_EQ(endings[1].sequence, 3);
  EXPECT_EQ(endings[1].user_id, of_user.user_id);
  EXPECT_EQ(endings[1].expires_at, of_user.expires_at);
  EXPECT_EQ(read([](Tx& tx) { return tx.invalidations().list_endings(1, kNow, 10); }).size(), 1u);
  EXPECT_EQ(read([](Tx& tx) { return tx.invalidations().list_endings(0, kNow + 5min, 10); }).size(), 1u);
}

TEST_P(SessionsContract, new_invalidations_are_heard_once_even_after_older_ones_went) {
  Invalidation one;
  one.session_id = SessionId("s1");
  one.expires_at = kNow;
  std::int64_t position = 0;
  const auto heard = [&] { return read([&](Tx& tx) { return tx.invalidations().list_new(position); }).size(); };
  write([&](Tx& tx) { return tx.invalidations().add(one); });
  EXPECT_EQ(heard(), 1u);
  EXPECT_EQ(heard(), 0u);
  seal();
  EXPECT_EQ(write([](Tx& tx) { return tx.invalidations().remove_expired(kNow, 10); }), 1);
  write([&](Tx& tx) { return tx.invalidations().add(one); });
  EXPECT_EQ(heard(), 1u);
}

}  // namespace
}  // namespace gatehouse::adapters::storage
