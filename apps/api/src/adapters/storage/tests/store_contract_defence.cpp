#include <atomic>
#include <thread>

#include "adapters/storage/tests/store_contract.hpp"

namespace gatehouse::adapters::storage {
namespace {

using domain::AttemptOutcome;
using domain::BudgetKind;
using domain::BudgetState;

class DefenceContract : public StoreContract {
 protected:
  std::vector<std::string> list(const ports::AttemptFilter& filter, int limit = 50) {
    std::vector<std::string> found;
    ports::PageRequest page{limit, std::nullopt};
    do {
      const auto got = read([&](Tx& tx) { return tx.attempts().list(filter, page); });
      for (const auto& attempt : got.items) found.push_back(attempt.id.str());
      page.after = got.next;
    } while (page.after);
    return found;
  }
  ports::Past past_of(const ports::PastQuestion& question) {
    return read([&](Tx& tx) { return tx.attempts().past(question); });
  }
};
INSTANTIATE_TEST_SUITE_P(Stores, DefenceContract, testing::ValuesIn(contract_databases()),
                         [](const auto& kind) { return kind.param; });

TEST_P(DefenceContract, an_attempt_comes_back_as_it_was) {
  const auto user = add_user("ada@example.com");
  auto attempt = new_attempt(AttemptOutcome::challenged, "192.0.2.0/24");
  attempt.user_id = user.id;
  attempt.factor = domain::AttemptFactor::totp;
  attempt.reason = "invalid_code";
  attempt.device_id = domain::DeviceId("d1");
  attempt.risk_level = domain::RiskLevel::high;
  attempt.risk_score = 71;
  write([&](Tx& tx) { return tx.attempts().add(attempt); });
  const auto got = read([](Tx& tx) { return tx.attempts().list({}, {}); }).items.at(0);
  EXPECT_EQ(got.id, attempt.id);
  EXPECT_EQ(got.occurred_at, attempt.occurred_at);
  EXPECT_EQ(got.user_id, user.id);
  EXPECT_EQ(got.identifier_hmac, attempt.identifier_hmac);
  EXPECT_EQ(got.outcome, attempt.outcome);
  EXPECT_EQ(got.factor, attempt.factor);
  EXPECT_EQ(got.reason, attempt.reason);
  EXPECT_EQ(got.network, attempt.network);
  EXPECT_EQ(got.device_id, attempt.device_id);
  EXPECT_EQ(got.latency, attempt.latency);
  EXPECT_EQ(got.risk_level, attempt.risk_level);
  EXPECT_EQ(got.risk_score, 71);
  EXPECT_EQ(got.risk_reasons, attempt.risk_reasons);
}

TEST_P(DefenceContract, attempts_are_listed_newest_first_by_any_filter) {
  std::vector<domain::LoginAttempt> attempts;
  for (int i = 0; i < 6; ++i) {
    auto attempt = new_attempt(i % 2 ? AttemptOutcome::success : AttemptOutcome::failure, i < 3 ? "net-a" : "net-b");
    attempt.occurred_at = kNow + std::chrono::seconds(i / 2);
    attempts.push_back(attempt);
    write([&](Tx& tx) { return tx.attempts().add(attempt); });
  }
  const auto ids = [&](std::vector<int> order) {
    std::vector<std::string> expected;
    expected.reserve(order.size());
    for (const int i : order) expected.push_back(attempts[static_cast<std::size_t>(i)].id.str());
    return expected;
  };
  for (const int limit : {1, 2, 4, 6, 50}) EXPECT_EQ(list({}, limit), ids({5, 4, 3, 2, 1, 0})) << limit;
  ports::AttemptFilter filter;
  filter.outcome = AttemptOutcome::success;
  EXPECT_EQ(list(filter, 1), ids({5, 3, 1}));
  EXPECT_EQ(read([&](Tx& tx) { return tx.attempts().count(filter); }).value, 3);
  filter.network = "net-a";
  EXPECT_EQ(list(filter), ids({1}));
  filter = {};
  filter.from = kNow + 1s;
  filter.to = kNow + 2s;
  EXPECT_EQ(list(filter), ids({3, 2}));
  filter = {};
  filter.identifier_hmac = "somebody else";
  EXPECT_TRUE(list(filter).empty());
}

TEST_P(DefenceContract, a_cursor_that_is_none_is_refused) {
  for (const char* cursor : {"", "x", "12", "12x a"}) {
    EXPECT_EQ(refused([&](Tx& tx) { return tx.attempts().list({}, {50, cursor}); }), ErrorCode::invalid_cursor);
  }
}

TEST_P(DefenceContract, the_recent_past_is_summed_up_by_address_and_network) {
  const auto add = [&](AttemptOutcome outcome, const std::string& hmac, const std::string& network, Timestamp at) {
    auto attempt = new_attempt(outcome, network);
    attempt.identifier_hmac = hmac;
    attempt.occurred_at = at;
    write([&](Tx& tx) { return tx.attempts().add(attempt); });
  };
  add(AttemptOutcome::failure, "ada", "net-a", kNow);
  add(AttemptOutcome::failure, "ada", "net-b", kNow);
  add(AttemptOutcome::failure, "ada", "net-a", kNow - 1h);
  add(AttemptOutcome::success, "ada", "net-a", kNow);
  add(AttemptOutcome::failure, "bob", "net-a", kNow);
  add(AttemptOutcome::failure, "bob", "net-a", kNow);
  const auto past = past_of({.identifier_hmac = "ada", .network = "net-a", .since = kNow - 30min});
  EXPECT_EQ(past.failures.for_user, 2);
  EXPECT_EQ(past.failures.accounts_from_network, 2);
}

TEST_P(DefenceContract, a_network_is_known_after_a_success_from_it) {
  const auto user = add_user("ada@example.com");
  auto attempt = new_attempt(AttemptOutcome::failure, "net-a");
  attempt.user_id = user.id;
  const auto seen = [&] { return past_of({.user_id = user.id, .network = "net-a"}).known_network; };
  write([&](Tx& tx) { return tx.attempts().add(attempt); });
  EXPECT_FALSE(seen());
  attempt.id = domain::AttemptId(next_id("a"));
  attempt.outcome = AttemptOutcome::success;
  write([&](Tx& tx) { return tx.attempts().add(attempt); });
  EXPECT_TRUE(seen());
}

TEST_P(DefenceContract, old_attempts_go_in_bounded_steps) {
  for (int i = 0; i < 3; ++i) {
    write([&](Tx& tx) { return tx.attempts().add(new_attempt(AttemptOutcome::failure, "net")); });
  }
  EXPECT_EQ(write([](Tx& tx) { return tx.attempts().remove_before(kNow, 10); }), 0);
  EXPECT_EQ(write([](Tx& tx) { return tx.attempts().remove_before(kNow + 1h, 2); }), 2);
  EXPECT_EQ(write([](Tx& tx) { return tx.attempts().remove_before(kNow + 1h, 2); }), 1);
}

TEST_P(DefenceContract, addresses_that_failed_are_counted_by_the_hour_also_at_once) {
  EXPECT_EQ(
      at_once([&](Tx& tx, int i) -> Result<bool> {
        // Half of them meet in one shard.
        GH_CHECK(tx.attempts().add_to_spread(i % 2 ? "same" : std::string(1, static_cast<char>('a' + i)), kNow, 1));
        return true;
      }),
      kAtOnce);
  write([](Tx& tx) -> Result<> {
    GH_CHECK(tx.attempts().add_to_spread("same", kNow, -1));
    return tx.attempts().add_to_spread("same", kNow - 1h, 3);
  });
  const auto since = [&](Timestamp from) { return past_of({.spread_since = from}).spread; };
  ASSERT_EQ(since(kNow - 1h).size(), 2u);
  EXPECT_EQ(since(kNow - 1h).at(0).hour, kNow - 1h);
  EXPECT_EQ(since(kNow - 1h).at(0).accounts, 3);
  EXPECT_EQ(since(kNow - 1h).at(1).accounts, kAtOnce - 1);
  EXPECT_EQ(since(kNow).size(), 1u);
  EXPECT_EQ(write([](Tx& tx) { return tx.attempts().remove_spread_before(kNow, 100); }), 1);
  EXPECT_EQ(since(kNow - 1h).size(), 1u);
}

TEST_P(DefenceContract, failures_of_an_address_are_counted_up_to_a_bound) {
  const auto count = [&](const std::string& hmac, Timestamp from) {
    return read([&](Tx& tx) { return tx.attempts().count_failures(hmac, from, 3); });
  };
  std::string hmac;
  for (int i = 0; i < 5; ++i) {
    auto attempt = new_attempt(i == 0 ? AttemptOutcome::success : AttemptOutcome::failure, "net");
    attempt.occurred_at = kNow + std::chrono::seconds(i);
    hmac = attempt.identifier_hmac;
    write([&](Tx& tx) { return tx.attempts().add(attempt); });
  }
  EXPECT_EQ(count(hmac, kNow), 3);
  EXPECT_EQ(count(hmac, kNow + 3s), 2);
  EXPECT_EQ(count("somebody else", kNow), 0);
}

TEST_P(DefenceContract, an_unknown_key_has_a_fresh_state_and_keys_of_kinds_are_apart) {
  const BudgetState spent{3, kNow, kNow - 1h};
  EXPECT_EQ(read([](Tx& tx) { return tx.throttle().find(BudgetKind::account, "k"); }), BudgetState{});
  write([&](Tx& tx) { return tx.throttle().save(BudgetKind::account, "k", {}, spent); });
  EXPECT_EQ(read([](Tx& tx) { return tx.throttle().find(BudgetKind::account, "k"); }), spent);
  EXPECT_EQ(read([](Tx& tx) { return tx.throttle().find(BudgetKind::pair, "k"); }), BudgetState{});
  EXPECT_EQ(write([](Tx& tx) { return tx.throttle().hold(BudgetKind::account, "k"); }), spent);
  EXPECT_EQ(write([](Tx& tx) { return tx.throttle().hold(BudgetKind::pair, "k"); }), BudgetState{});
  write([](Tx& tx) { return tx.throttle().clear(BudgetKind::account, "k"); });
  EXPECT_EQ(read([](Tx& tx) { return tx.throttle().find(BudgetKind::account, "k"); }), BudgetState{});
}

TEST_P(DefenceContract, a_state_is_saved_only_over_what_it_was) {
  const BudgetState first{1, kNow, kNow};
  write([&](Tx& tx) { return tx.throttle().save(BudgetKind::network, "k", {}, first); });
  for (const BudgetState& before : {BudgetState{}, BudgetState{2, kNow, kNow}, BudgetState{1, kNow + 1s, kNow}}) {
    EXPECT_EQ(refused([&](Tx& tx) {
                return tx.throttle().save(BudgetKind::network, "k", before, {9, kNow, kNow});
              }),
              ErrorCode::dependency_unavailable);
  }
  EXPECT_EQ(read([](Tx& tx) { return tx.throttle().find(BudgetKind::network, "k"); }), first);
}

TEST_P(DefenceContract, no_reservation_at_once_is_lost) {
  EXPECT_EQ(at_once([&](Tx& tx, int) -> Result<bool> {
              GH_TRY(const auto before, tx.throttle().hold(BudgetKind::account, "k"));
              auto after = before;
              ++after.failures;
              after.last_at = kNow;
              GH_CHECK(tx.throttle().save(BudgetKind::account, "k", before, after));
              return true;
            }),
            kAtOnce);
  EXPECT_EQ(read([](Tx& tx) { return tx.throttle().find(BudgetKind::account, "k"); }).failures, kAtOnce);
}

TEST_P(DefenceContract, several_budgets_are_held_and_saved_together) {
  const std::vector<ports::BudgetKey> keys{
      {BudgetKind::account, "a"}, {BudgetKind::network, "n"}, {BudgetKind::pair, "a"}};
  const BudgetState spent{3, kNow, kNow - 1h};
  write([&](Tx& tx) { return tx.throttle().save(BudgetKind::network, "n", {}, spent); });
  const auto take_one = [&](Tx& tx) -> Result<std::vector<BudgetState>> {
    GH_TRY(const auto held, tx.throttle().hold_all(keys));
    std::vector<ports::BudgetChange> changes;
    for (std::size_t i = 0; i < keys.size(); ++i)
      changes.push_back({keys[i], held[i], {held[i].failures + 1, kNow + 1us, held[i].forgiven_at}});
    GH_CHECK(tx.throttle().save_all(changes));
    return held;
  };
  EXPECT_EQ(write(take_one), (std::vector<BudgetState>{{}, spent, {}}));
  EXPECT_EQ(read([](Tx& tx) { return tx.throttle().find(BudgetKind::account, "a"); }),
            (BudgetState{1, kNow + 1us, {}}));
  EXPECT_EQ(read([](Tx& tx) { return tx.throttle().find(BudgetKind::network, "n"); }),
            (BudgetState{4, kNow + 1us, kNow - 1h}));
  EXPECT_EQ(at_once([&](Tx& tx, int) -> Result<bool> {
              GH_CHECK(take_one(tx));
              return true;
            }),
            kAtOnce);
  EXPECT_EQ(read([](Tx& tx) { return tx.throttle().find(BudgetKind::pair, "a"); }).failures, 1 + kAtOnce);
  // One of them has changed: none is saved.
  EXPECT_EQ(refused([&](Tx& tx) {
              return tx.throttle().save_all(
                  {{keys[0], {1 + kAtOnce, kNow + 1us, {}}, {90, kNow, kNow}}, {keys[1], spent, {91, kNow, kNow}}});
            }),
            ErrorCode::dependency_unavailable);
  EXPECT_EQ(read([](Tx& tx) { return tx.throttle().find(BudgetKind::account, "a"); }).failures, 1 + kAtOnce);
}

TEST_P(DefenceContract, first_tries_at_once_from_a_busy_network_never_wait_for_each_other_in_a_ring) {
  const std::vector<ports::BudgetKey> keys{
      {BudgetKind::account, "new"}, {BudgetKind::network, "busy"}, {BudgetKind::pair, "new"}};
  write([&](Tx& tx) { return tx.throttle().save(BudgetKind::network, "busy", {}, {3, kNow, kNow}); });
  std::atomic<int> runs{0};
  at_once([&](Tx& tx, int i) -> Result<bool> {
    ++runs;
    // Some come when the first is done: they see rows that those who wait do not see.
    if (i >= kAtOnce / 2) std::this_thread::sleep_for(30ms);
    GH_TRY(const auto held, tx.throttle().hold_all(keys));
    std::this_thread::sleep_for(20ms);
    auto more = held[0];
    ++more.failures;
    GH_CHECK(tx.throttle().save_all({{keys[0], held[0], more}, {keys[1], held[1], held[1]}, {keys[2], held[2], more}}));
    return true;
  });
  EXPECT_EQ(read([](Tx& tx) { return tx.throttle().find(BudgetKind::account, "new"); }).failures, kAtOnce);
  EXPECT_EQ(runs, kAtOnce) << "a ring was broken by running one of them again";
}

TEST_P(DefenceContract, a_budget_of_five_admits_five_at_once) {
  EXPECT_EQ(at_once([&](Tx& tx, int) -> Result<bool> {
              GH_TRY(const auto before, tx.throttle().hold(BudgetKind::network, "k"));
              if (before.failures >= 5) return false;
              GH_CHECK(tx.throttle().save(BudgetKind::network, "k", before, {before.failures + 1, kNow, kNow}));
              return true;
            }),
            5);
}

TEST_P(DefenceContract, a_try_is_settled_as_the_policy_says) {
  using domain::TryOutcome;
  write([](Tx& tx) { return tx.throttle().save(BudgetKind::pair, "other", {}, {2, kNow, kNow}); });
  int number = 0;
  for (const auto kind : {BudgetKind::account, BudgetKind::network, BudgetKind::pair, BudgetKind::device})
    for (const auto outcome : {TryOutcome::success, TryOutcome::failure, TryOutcome::unjudged})
      for (const std::int64_t failures : {0, 1, 2, 7})
        for (const Timestamp last_at : {kNow, kNow + 5s}) {
          const std::string key = "k" + std::to_string(++number);
          const BudgetState state{failures, last_at, kNow - 1h};
          const domain::BudgetReceipt receipt{kind, kNow, kNow - 3s};
          write([&](Tx& tx) -> Result<> {
            GH_CHECK(tx.throttle().save(kind, key, {}, state));
            return tx.throttle().settle(key, receipt, outcome);
          });
          EXPECT_EQ(read([&](Tx& tx) { return tx.throttle().find(kind, key); }),
                    domain::settle(state, receipt, outcome))
              << domain::to_text(kind) << ' ' << static_cast<int>(outcome) << ' ' << failures;
        }
  const auto rows = rows_of("throttle_budgets");
  write([](Tx& tx) { return tx.throttle().settle("unknown", {BudgetKind::pair, kNow, kNow}, TryOutcome::success); });
  write([](Tx& tx) { return tx.throttle().settle("unknown", {BudgetKind::account, kNow, kNow}, TryOutcome::success); });
  EXPECT_EQ(rows_of("throttle_budgets"), rows);
  EXPECT_EQ(read([](Tx& tx) { return tx.throttle().find(BudgetKind::pair, "other"); }).failures, 2);
}

TEST_P(DefenceContract, forgotten_states_go) {
  write([](Tx& tx) -> Result<> {
    GH_CHECK(tx.throttle().save(BudgetKind::account, "old", {}, {1, kNow - 48h, kNow}));
    GH_CHECK(tx.throttle().save(BudgetKind::account, "new", {}, {1, kNow, kNow}));
    GH_CHECK(tx.throttle().hold(BudgetKind::account, "untouched"));
    return {};
  });
  EXPECT_EQ(write([](Tx& tx) { return tx.throttle().remove_before(kNow - 24h, 10); }), 2);
  EXPECT_EQ(rows_of("throttle_budgets"), 1);
}

// A server of before migration 7 leaves last_hour at its default, or as it was.
TEST_P(DefenceContract, states_of_an_older_server_stay_until_they_are_forgotten) {
  write([](Tx& tx) { return tx.throttle().save(BudgetKind::account, "k", {}, {1, kNow, kNow}); });
  must(database().raw([](sql::Connection& connection) -> Result<> {
    connection.execute({"test.older", "UPDATE throttle_budgets SET last_hour = ?1"}, {Timestamp{}});
    return {};
  }));
  EXPECT_EQ(write([](Tx& tx) { return tx.throttle().remove_before(kNow, 10); }), 0);
  EXPECT_EQ(write([](Tx& tx) { return tx.throttle().remove_before(kNow + 1us, 10); }), 1);
}

}  // namespace
}  // namespace gatehouse::adapters::storage
