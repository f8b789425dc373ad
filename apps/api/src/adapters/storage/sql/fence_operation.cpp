#include "adapters/storage/sql/fence_operation.hpp"

namespace gatehouse::adapters::sql {
namespace {

// RFC 6238: Gatehouse's time step.
constexpr std::int64_t kTotpStepSeconds = 30;

// Where servers run meanwhile, each of them may seal: it would write a head that it read before over the one set here.
constexpr Statement kKeepSealersOut{"fence.keep_sealers_out", "SELECT 1 FROM ledger_heads WHERE name = 'audit'",
                                    "SELECT 1 FROM ledger_heads WHERE name = 'audit' FOR UPDATE"};
// And they open sessions: on PostgreSQL just those are ended whose ending is recorded.
constexpr Statement kRecordEndings{"fence.record_endings",
                                   "INSERT INTO session_invalidations (session_id, before, expires_at, ending) "
                                   "SELECT id, ?1, ?2, ?3 FROM sessions ORDER BY id",
                                   "WITH ended AS (DELETE FROM sessions RETURNING id) "
                                   "INSERT INTO session_invalidations (session_id, before, expires_at, ending) "
                                   "SELECT id, ?1, ?2, ?3 FROM ended ORDER BY id"};
constexpr Statement kEndSessions{"fence.end_sessions", "DELETE FROM sessions"};
constexpr Statement kDeleteTokens{"fence.delete_tokens", "DELETE FROM verification_tokens"};
constexpr Statement kDeleteChallenges{"fence.delete_challenges", "DELETE FROM mfa_challenges"};
// But for the ID tokens that were spent: those rows are what keeps them spent.
constexpr Statement kDeleteTickets{"fence.delete_tickets", "DELETE FROM oauth_tickets WHERE kind <> 'spent_id_token'"};
constexpr Statement kDeleteAnswers{"fence.delete_answers", "DELETE FROM idempotency_keys"};
constexpr Statement kDeleteLeases{"fence.delete_leases", "DELETE FROM leases"};
constexpr Statement kMoveSteps{"fence.move_steps", "UPDATE user_mfa_secrets SET last_step = ?1 WHERE last_step < ?1"};
// Cursors of the feeds, and versions that consumers remember, may be from after the moment that the database fell back
// to: what comes now must come after all of them. No feed has carried an event a millisecond since 1970.
constexpr Statement kMoveFeeds{"fence.move_feeds",
                               "UPDATE ledger_heads SET sequence = ?1 WHERE name <> 'audit' AND sequence < ?1"};
constexpr std::int64_t kVersionsLost = 1'000'000;
constexpr Statement kMoveVersions{"fence.move_versions", "UPDATE subject_versions SET userversion = userversion + ?1"};
constexpr Statement kMarkFenced{"fence.mark_fenced", "DELETE FROM facts WHERE name = 'fence_required'"};
constexpr Statement kFindRequired{"fence.find_required", "SELECT value FROM facts WHERE name = 'fence_required'"};
constexpr Statement kCountEpoch{
    "fence.count_epoch",
    "INSERT INTO facts (name, value) VALUES ('audit_epoch', '1') "
    "ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(facts.value AS bigint) + 1 AS text)"};

}  // namespace

FenceReport fence_database(Connection& connection, Timestamp now, Timestamp feed_until) {
  FenceReport report;
  connection.query(kKeepSealersOut, {});
  report.sessions = connection.execute(kRecordEndings, {now, feed_until, true});
  if (!connection.dialect().is_postgres) connection.execute(kEndSessions, {});
  report.tokens = connection.execute(kDeleteTokens, {});
  report.challenges = connection.execute(kDeleteChallenges, {});
  connection.execute(kDeleteTickets, {});
  connection.execute(kDeleteAnswers, {});
  connection.execute(kDeleteLeases, {});
  report.factors = connection.execute(kMoveSteps, {to_unix_seconds(now) / kTotpStepSeconds});
  connection.execute(kMoveFeeds, {to_unix_seconds(now) * 1000});
  connection.execute(kMoveVersions, {kVersionsLost});
  connection.execute(kMarkFenced, {});
  connection.execute(kCountEpoch, {});
  // Replicas that are still up forget everything at once: see the feed.
  connection.announce_invalidation("all");
  return report;
}

Result<bool> needs_fence(Driver& driver) {
  bool needed = false;
  GH_CHECK(driver.read([&](Connection& connection) -> Result<> {
    needed = connection.query_one(kFindRequired, {}).has_value();
    return {};
  }));
  return needed;
}

}  // namespace gatehouse::adapters::sql
