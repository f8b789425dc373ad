#include "adapters/storage/tests/store_contract.hpp"

namespace gatehouse::adapters::storage {
namespace {

class SignInsContract : public StoreContract {
 protected:
  ports::Claimed claimed(const std::string& email, const std::optional<domain::DeviceId>& device = {}) {
    return read([&](Tx& tx) { return tx.sign_ins().claimed(email, device, {}, kNow); });
  }
};
INSTANTIATE_TEST_SUITE_P(Stores, SignInsContract, testing::ValuesIn(contract_databases()),
                         [](const auto& kind) { return kind.param; });

TEST_P(SignInsContract, an_address_claims_its_user_and_what_waits_for_its_link) {
  const auto user = add_user("ada@example.com");
  add_user("bob@example.com");
  const auto device = new_device(user.id);
  auto late = new_pending("ada@example.com");
  late.expires_at = kNow;
  const auto pending = new_pending("ada@example.com");
  write([&](Tx& tx) -> Result<> {
    GH_CHECK(tx.devices().add(device));
    GH_CHECK(tx.pending_sign_ups().add(late));
    GH_CHECK(tx.pending_sign_ups().add(pending));
    return tx.pending_sign_ups().add(new_pending("bob@example.com"));
  });
  const auto got = claimed("ada@example.com", device.id);
  ASSERT_TRUE(got.user);
  EXPECT_EQ(got.user->id, user.id);
  ASSERT_EQ(got.pending.size(), 1U);
  EXPECT_EQ(got.pending[0].id, pending.id);
  ASSERT_TRUE(got.device);
  EXPECT_EQ(got.device->token_hash, device.token_hash);
  EXPECT_FALSE(claimed("ada@example.com").device);
  EXPECT_FALSE(claimed("ada@example.com", domain::DeviceId("another")).device);
}

TEST_P(SignInsContract, an_address_that_nobody_has_claims_nothing) {
  add_user("ada@example.com");
  const auto got = claimed("eve@example.com", domain::DeviceId("d"));
  EXPECT_FALSE(got.user);
  EXPECT_FALSE(got.device);
  EXPECT_TRUE(got.pending.empty());
}

TEST_P(SignInsContract, budgets_that_are_claimed_along_are_held_as_if_asked_for) {
  const std::vector<ports::BudgetKey> there{{domain::BudgetKind::account, "ada"}, {domain::BudgetKind::network, "net"}};
  const std::vector<ports::BudgetKey> some{{domain::BudgetKind::account, "ada"}, {domain::BudgetKind::network, "new"}};
  const domain::BudgetState taken{3, kNow, kNow - 1h};
  const auto failures_of = [](const std::vector<domain::BudgetState>& states) {
    std::vector<std::int64_t> failures;
    failures.reserve(states.size());
    for (const auto& state : states) failures.push_back(state.failures);
    return failures;
  };
  write([&](Tx& tx) -> Result<> {
    GH_TRY(const auto states, tx.throttle().hold_all(there));
    return tx.throttle().save_all({{there[0], states[0], taken}, {there[1], states[1], taken}});
  });
  write([&](Tx& tx) -> Result<> {
    GH_CHECK(tx.sign_ins().claimed("ada@example.com", {}, there, kNow));
    GH_TRY(const auto states, tx.throttle().hold_all(there));
    EXPECT_EQ(states, (std::vector{taken, taken}));
    auto more = taken;
    more.failures = 4;
    GH_CHECK(tx.throttle().save_all({{there[0], states[0], more}, {there[1], states[1], taken}}));
    // What was held is not what is there any more.
    GH_TRY(const auto after, tx.throttle().hold_all(there));
    EXPECT_EQ(failures_of(after), (std::vector<std::int64_t>{4, 3}));
    return tx.throttle().settle("ada", {domain::BudgetKind::account, {}, {}}, domain::TryOutcome::unjudged);
  });
  write([&](Tx& tx) -> Result<> {
    GH_CHECK(tx.sign_ins().claimed("ada@example.com", {}, some, kNow));
    GH_TRY(const auto states, tx.throttle().hold_all(some));
    EXPECT_EQ(failures_of(states), (std::vector<std::int64_t>{3, 0}));
    GH_TRY(const auto others, tx.throttle().hold_all(there));
    EXPECT_EQ(failures_of(others), (std::vector<std::int64_t>{3, 3}));
    return {};
  });
}

TEST_P(SignInsContract, standing_is_what_each_store_says) {
  const auto user = add_user("ada@example.com");
  const auto other = add_user("bob@example.com");
  auto expired = new_role(user.id, "expired");
  expired.expires_at = kNow;
  auto success = new_attempt(domain::AttemptOutcome::success, "net");
  success.user_id = user.id;
  auto failure = new_attempt(domain::AttemptOutcome::failure, "net");
  failure.identifier_hmac = "ada";
  domain::TotpSecret secret;
  secret.id = domain::FactorId(next_id());
  secret.user_id = user.id;
  secret.sealed_secret = "sealed";
  secret.confirmed_at = kNow;
  secret.created_at = kNow;
  write([&](Tx& tx) -> Result<> {
    GH_CHECK(tx.roles().put(new_role(user.id, "support"), kNow));
    GH_CHECK(tx.roles().put(expired, kNow));
    GH_CHECK(tx.roles().put(new_role(other.id, "admin"), kNow));
    GH_CHECK(tx.factors().put_totp(secret));
    GH_CHECK(tx.attempts().add(success));
    GH_CHECK(tx.attempts().add(failure));
    GH_CHECK(tx.sessions().add(new_session(user.id)));
    GH_CHECK(tx.sessions().add(new_session(other.id)));
    return tx.attempts().add_to_spread("ada", kNow, 1);
  });
  const ports::PastQuestion question{
      .identifier_hmac = "ada", .user_id = user.id, .network = "net", .since = kNow - 1h, .spread_since = kNow - 1h};
  const auto got = read([&](Tx& tx) { return tx.sign_ins().standing(question, kNow); });
  EXPECT_EQ(got.held.user.email, "ada@example.com");
  EXPECT_EQ(got.held.sessions, 1);
  EXPECT_EQ(got.past.failures.for_user, 1);
  EXPECT_EQ(got.past.failures.accounts_from_network, 1);
  EXPECT_TRUE(got.past.known_network);
  ASSERT_EQ(got.past.spread.size(), 1U);
  EXPECT_EQ(got.past.spread[0].accounts, 1);
  ASSERT_TRUE(got.totp);
  EXPECT_EQ(got.totp->id, secret.id);
  ASSERT_EQ(got.roles.size(), 1U);
  EXPECT_EQ(got.roles[0].role, "support");
}

TEST_P(SignInsContract, of_nobody_is_not_found) {
  const domain::UserId nobody("nobody");
  EXPECT_EQ(refused([&](Tx& tx) { return tx.sign_ins().standing({.user_id = nobody}, kNow); }), ErrorCode::not_found);
  EXPECT_EQ(refused([&](Tx& tx) { return tx.sign_ins().hold(nobody); }), ErrorCode::not_found);
}

/// However many hold a user at once, each sees the sessions that the one before has added.
TEST_P(SignInsContract, those_who_hold_a_user_at_once_count_one_another) {
  const auto user = add_user("ada@example.com");
  std::vector<domain::Session> sessions;
  sessions.reserve(kAtOnce);
  for (int i = 0; i < kAtOnce; ++i) sessions.push_back(new_session(user.id));
  const ports::PastQuestion question{.identifier_hmac = "ada", .user_id = user.id, .network = "net"};
  EXPECT_EQ(at_once([&](Tx& tx, int i) -> Result<bool> {
              std::int64_t count = 0;
              if (i % 2 == 0) {
                GH_TRY(const auto held, tx.sign_ins().hold(user.id));
                count = held.sessions;
              } else {
                GH_TRY(const auto standing, tx.sign_ins().standing(question, kNow));
                count = standing.held.sessions;
              }
              if (count >= 5) return false;
              GH_CHECK(tx.sessions().add(sessions[static_cast<std::size_t>(i)]));
              return true;
            }),
            5);
}

}  // namespace
}  // namespace gatehouse::adapters::storage
