// The ledgers grow for years: what the workers do to a few of their rows must not read the rest. And what a sign-in
// asks of the past must not read what others did. PostgreSQL counts.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "adapters/storage/sql/sealer.hpp"
#include "adapters/storage/sql/transaction.hpp"
#include "adapters/storage/tests/store_contract.hpp"

namespace gatehouse::adapters::storage {
namespace {

constexpr sql::Statement kScans{
    "test.scans",
    "SELECT coalesce(string_agg(relname || ' ' || seq_scan, ', ' ORDER BY relname), '') FROM pg_stat_xact_user_tables "
    "WHERE schemaname = 'identity' AND seq_scan > 0 "
    "AND relname IN ('outbox_events', 'auth_audit_log', 'session_invalidations', 'subject_versions')"};

class PostgresPlans : public StoreContract {
 protected:
  using Work = std::function<Result<>(sql::Connection&)>;

  /// As many sealed and published rows in each ledger as there would be after a while, and as long as they are.
  void fill(int from, int to) {
    must(database().raw([&](sql::Connection& c) -> Result<> {
      c.run_script(fmt::format(
          "INSERT INTO outbox_events (event_id, topic, subject, data, occurred_at, traceparent, sequence, userversion, "
          "published_at) SELECT gen_random_uuid(), 'identity.user.updated', gen_random_uuid(), "
          "decode(repeat('00', 300), 'hex'), now(), '', i, 1, now() FROM generate_series({0}, {1}) i; "
          "INSERT INTO subject_versions SELECT gen_random_uuid(), 1 FROM generate_series({0}, {1}) i; "
          "INSERT INTO session_invalidations (sequence, user_id, before, expires_at, ending) "
          "SELECT i, gen_random_uuid(), now(), now(), false FROM generate_series({0}, {1}) i; "
          "INSERT INTO auth_audit_log (id, occurred_at, actor_type, actor_id, subject_id, action, outcome, reason, "
          "request_id, details, personal_digest, sequence, previous_hash, hash) SELECT gen_random_uuid(), now(), "
          "'user', "
          "gen_random_uuid(), gen_random_uuid(), 'user.updated', 'success', '', gen_random_uuid(), '{{}}', "
          "decode(repeat('00', 32), 'hex'), i, decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex') "
          "FROM generate_series({0}, {1}) i; "
          "UPDATE ledger_heads SET sequence = {1}",
          from, to));
      return {};
    }));
  }

  /// The work must read none of these tables from end to end.
  void expect_no_scan(std::string_view plans, const std::string& what, const Work& work) {
    must(database().raw([&](sql::Connection& c) -> Result<> {
      c.run_script(fmt::format("SET LOCAL plan_cache_mode = {}", plans));
      const auto before = c.query_one(kScans, {})->text(0);
      GH_CHECK(work(c));
      EXPECT_EQ(c.query_one(kScans, {})->text(0), before) << what << ", " << plans;
      return {};
    }));
  }

  void expect_no_scans(std::string_view plans, const std::string& when) {
    // More often than PostgreSQL plans for the values given before it settles for a general plan.
    for (int round = 0; round < 8; ++round) {
      const auto event = new_event(domain::UserId("u-new"), "identity.user.updated");
      write([&](Tx& tx) -> Result<> {
        GH_CHECK(tx.audit().add(new_entry("u-new", "user.updated")));
        ports::Invalidation change;
        change.user_id = domain::UserId("u-new");
        change.before = kNow;
        change.expires_at = kNow + 10min;
        GH_CHECK(tx.invalidations().add(change));
        return tx.outbox().add(event);
      });
      expect_no_scan(plans, "sealing " + when, [](sql::Connection& c) -> Result<> {
        EXPECT_EQ(sql::seal_rows(c).rows, 3);
        return {};
      });
      expect_no_scan(plans, "marking " + when, [&](sql::Connection& c) -> Result<> {
        TestCipher cipher;
        sql::Transaction tx(c, cipher);
        return tx.outbox().mark_published({event.event_id}, kNow);
      });
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Each, PostgresPlans, testing::Values("postgres"));

TEST_P(PostgresPlans, of_sealing_and_publishing_read_no_ledger_from_end_to_end) {
  // Plans that were made while there was nothing to read stay.
  for (const auto* plans : {"auto", "force_generic_plan"}) expect_no_scans(plans, "on an empty database");
  // The rounds add rows of their own between the two.
  for (const auto& [from, to] : {std::pair(1'000, 3'000), std::pair(4'000, 20'000)}) {
    fill(from, to);
    const std::string rows = fmt::format("beside {} rows", to);
    for (const auto* plans : {"auto", "force_generic_plan"}) expect_no_scans(plans, rows);
    must(database().raw([](sql::Connection& c) -> Result<> {
      c.run_script("ANALYZE outbox_events, auth_audit_log, session_invalidations, subject_versions");
      return {};
    }));
    for (const auto* plans : {"auto", "force_generic_plan"}) expect_no_scans(plans, rows + ", analyzed");
  }
}

constexpr sql::Statement kAttemptsRead{
    "test.attempts_read",
    "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = 'login_attempts'"};

/// Many from one network sign in well, and elsewhere many fail: neither is what the question is about.
TEST_P(PostgresPlans, of_the_past_read_neither_the_successes_of_a_network_nor_the_failures_of_others) {
  const auto fill = [&](const char* outcome, const char* network) {
    must(database().raw([&](sql::Connection& c) -> Result<> {
      c.run_script(fmt::format(
          "INSERT INTO login_attempts (id, occurred_at, identifier_hmac, outcome, factor, reason, client_id, ip, "
          "network, user_agent, device, latency, risk_level, risk_score, risk_reasons, request_id) "
          "SELECT gen_random_uuid(), '2027-01-15T08:00:00Z', gen_random_uuid(), '{}', 'password', '', 'web', '', '{}', "
          "'', '', 1, 'low', 0, '[]', '' FROM generate_series(1, 3000)",
          outcome, network));
      return {};
    }));
  };
  const auto expect_few = [&](const char* when) {
    for (const auto* plans : {"auto", "force_generic_plan", "force_custom_plan"}) {
      must(database().raw([&](sql::Connection& c) -> Result<> {
        c.run_script(fmt::format("SET LOCAL plan_cache_mode = {}", plans));
        TestCipher cipher;
        sql::Transaction tx(c, cipher);
        for (int round = 0; round < 8; ++round) {
          GH_CHECK(tx.attempts().past({.identifier_hmac = "ada", .network = "busy", .since = kNow - 1h}));
        }
        EXPECT_LT(c.query_one(kAttemptsRead, {})->integer(0), 100) << when << ", " << plans;
        return {};
      }));
    }
  };
  expect_few("empty");
  fill("success", "busy");
  fill("failure", "elsewhere");
  expect_few("filled");
  must(database().raw([](sql::Connection& c) -> Result<> {
    c.run_script("ANALYZE login_attempts");
    return {};
  }));
  expect_few("analyzed");
}

}  // namespace
}  // namespace gatehouse::adapters::storage
