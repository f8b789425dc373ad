#include "adapters/storage/sql/sealer.hpp"

#include <map>

#include <boost/json.hpp>

#include "adapters/storage/sql/stores/mapping.hpp"
#include "auth/crypto/digest.hpp"
#include "auth/encoding.hpp"
#include "domain/identity/audit_chain.hpp"
#include "failpoint/failpoint.hpp"

namespace gatehouse::adapters::sql {
namespace {

namespace json = boost::json;

// PostgreSQL: whoever gets the audit head's lock is the sealer for the length of its transaction; the rest go home.
constexpr Statement kAuditHead{"sealer.audit_head", "SELECT sequence, hash FROM ledger_heads WHERE name = 'audit'",
                               "SELECT sequence, hash FROM ledger_heads WHERE name = 'audit' FOR UPDATE SKIP LOCKED"};
constexpr Statement kEventHeads{"sealer.event_heads",
                                "SELECT (SELECT sequence FROM ledger_heads WHERE name = 'outbox'), "
                                "(SELECT sequence FROM ledger_heads WHERE name = 'invalidations')"};
constexpr Statement kSaveHead{"sealer.save_head", "UPDATE ledger_heads SET sequence = ?2, hash = ?3 WHERE name = ?1"};

constexpr Statement kAnyUnsealed{
    "sealer.any",
    "SELECT CASE WHEN EXISTS (SELECT 1 FROM auth_audit_log WHERE sequence IS NULL AND position > ?1) "
    "OR EXISTS (SELECT 1 FROM outbox_events WHERE sequence IS NULL AND position > ?2) "
    "OR EXISTS (SELECT 1 FROM session_invalidations WHERE sequence IS NULL) THEN 1 ELSE 0 END"};
constexpr Statement kUnsealedAudit{
    "sealer.audit",
    "SELECT position, id, occurred_at, actor_type, actor_id, subject_id, action, outcome, reason, request_id, details, "
    "personal_digest FROM auth_audit_log WHERE sequence IS NULL AND position > ?1 ORDER BY position LIMIT ?2"};
constexpr Statement kUnsealedOutbox{
    "sealer.outbox",
    "SELECT position, subject FROM outbox_events WHERE sequence IS NULL AND position > ?1 ORDER BY position LIMIT ?2"};
constexpr Statement kUnsealedInvalidations{
    "sealer.invalidations",
    "SELECT position FROM session_invalidations WHERE sequence IS NULL ORDER BY position LIMIT ?1"};

// PostgreSQL expects a hundred rows of jsonb_to_recordset, and would rather read a table of thousands than look up as
// many. Of an array whose length it does not know it expects ten, and looks them up in the index, however large the
// table is; an array that a subquery makes is unknown to every plan, so that it keeps the general one.
#define GH_AT_POSITIONS(table)                       \
  "WHERE " table ".position = r.position AND " table \
  ".position = ANY(ARRAY(SELECT (jsonb_array_elements(?1) ->> 'position')::bigint))"
constexpr Statement kSealAudit{
    "sealer.seal_audit", "UPDATE auth_audit_log SET sequence = ?2, previous_hash = ?3, hash = ?4 WHERE position = ?1"};
constexpr Statement kSealAuditRows{
    "sealer.seal_audit_rows", "",
    "UPDATE auth_audit_log SET sequence = r.sequence, previous_hash = decode(r.previous_hash, 'hex'), "
    "hash = decode(r.hash, 'hex') FROM jsonb_to_recordset(?1) "
    "AS r (position bigint, sequence bigint, previous_hash text, hash text) " GH_AT_POSITIONS("auth_audit_log")};
constexpr Statement kSealOutbox{"sealer.seal_outbox",
                                "UPDATE outbox_events SET sequence = ?2, userversion = ?3 WHERE position = ?1"};
constexpr Statement kSealOutboxRows{
    "sealer.seal_outbox_rows", "",
    "UPDATE outbox_events SET sequence = r.sequence, userversion = r.userversion FROM jsonb_to_recordset(?1) "
    "AS r (position bigint, sequence bigint, userversion bigint) " GH_AT_POSITIONS("outbox_events")};
constexpr Statement kSealInvalidation{"sealer.seal_invalidation",
                                      "UPDATE session_invalidations SET sequence = ?2 WHERE position = ?1"};
constexpr Statement kSealInvalidationRows{
    "sealer.seal_invalidation_rows", "",
    "UPDATE session_invalidations SET sequence = r.sequence FROM jsonb_to_recordset(?1) "
    "AS r (position bigint, sequence bigint) " GH_AT_POSITIONS("session_invalidations")};
#undef GH_AT_POSITIONS

// By one statement, which reads none but the rows that it names: how many events each subject has had by now.
constexpr Statement kCountVersions{
    "sealer.count_versions",
    "INSERT INTO subject_versions (subject, userversion) SELECT key, value FROM json_each(?1) WHERE true "
    "ON CONFLICT (subject) DO UPDATE SET userversion = subject_versions.userversion + excluded.userversion "
    "RETURNING subject, userversion",
    "INSERT INTO subject_versions (subject, userversion) SELECT key, value::bigint FROM jsonb_each_text(?1) "
    "ON CONFLICT (subject) DO UPDATE SET userversion = subject_versions.userversion + excluded.userversion "
    "RETURNING subject, userversion"};

/// What sealing gives to one row.
struct Place {
  std::int64_t position = 0;
  std::int64_t sequence = 0;
  std::optional<std::int64_t> userversion{};
  std::string previous_hash{};
  std::string hash{};
};

domain::AuditEntry chained_part(const Row& row) {
  domain::AuditEntry entry;
  entry.id = row.id<domain::AuditId>(1);
  entry.occurred_at = row.time(2);
  entry.actor_type = enum_at<domain::ActorType>(row, 3);
  entry.actor_id = row.text(4);
  entry.subject_id = row.text(5);
  entry.action = row.text(6);
  entry.outcome = enum_at<domain::AuditOutcome>(row, 7);
  entry.reason = row.text(8);
  entry.request_id = row.text(9);
  entry.details = row.text(10);
  entry.personal_digest = row.blob(11);
  return entry;
}

/// On SQLite a statement a row is the quickest; on PostgreSQL one round trip for all.
template <class ToParams, class ToJson>
void write_places(Connection& connection, const std::vector<Place>& places, const Statement& one, const Statement& all,
                  ToParams to_params, ToJson to_json) {
  if (!connection.dialect().is_postgres) {
    for (const Place& place : places) connection.send(one, to_params(place));
    return;
  }
  json::array rows;
  rows.reserve(places.size());
  for (const Place& place : places) rows.push_back(to_json(place));
  connection.send(all, {Json{json::serialize(rows)}});
}

void seal_audit(Connection& connection, const Row& head_row, const Rows& rows) {
  if (rows.empty()) return;
  domain::AuditChain chain([](std::string_view bytes) { return auth::sha256(bytes); },
                           {.sequence = head_row.integer(0), .hash = head_row.blob(1)});
  std::vector<Place> places;
  places.reserve(rows.size());
  for (const Row& row : rows) {
    domain::AuditEntry entry = chained_part(row);
    chain.seal(entry);
    places.push_back({.position = row.integer(0),
                      .sequence = entry.sequence.value(),
                      .previous_hash = std::move(entry.previous_hash),
                      .hash = std::move(entry.hash)});
  }
  write_places(
      connection, places, kSealAudit, kSealAuditRows,
      [](const Place& place) -> Params {
        return {place.position, place.sequence, Blob{place.previous_hash}, Blob{place.hash}};
      },
      [](const Place& place) -> json::object {
        return {{"position", place.position},
                {"sequence", place.sequence},
                {"previous_hash", auth::hex_encode(place.previous_hash)},
                {"hash", auth::hex_encode(place.hash)}};
      });
  connection.send(kSaveHead, {"audit", chain.head().sequence, Blob{chain.head().hash}});
}

/// Counts up the versions of the subjects of these rows, in their order.
std::vector<std::optional<std::int64_t>> next_versions(Connection& connection, const Rows& rows) {
  std::map<std::string, std::int64_t> counts;
  for (const Row& row : rows) {
    if (!row.is_null(1)) ++counts[row.text(1)];
  }
  std::vector<std::optional<std::int64_t>> given(rows.size());
  if (counts.empty()) return given;
  json::object added;
  for (const auto& [subject, count] : counts) added.emplace(subject, count);
  std::map<std::string, std::int64_t> last;
  for (const Row& row : connection.query(kCountVersions, {Json{json::serialize(added)}})) {
    last[row.text(0)] = row.integer(1);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].is_null(1)) continue;
    const std::string& subject = rows[i].text(1);
    given[i] = last.at(subject) - --counts[subject];
  }
  return given;
}

void seal_outbox(Connection& connection, std::int64_t sequence, const Rows& rows) {
  if (rows.empty()) return;
  const auto versions = next_versions(connection, rows);
  std::vector<Place> places;
  places.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    places.push_back({.position = rows[i].integer(0), .sequence = ++sequence, .userversion = versions[i]});
  }
  write_places(
      connection, places, kSealOutbox, kSealOutboxRows,
      [](const Place& place) -> Params {
        return {place.position, place.sequence, place.userversion};
      },
      [](const Place& place) -> json::object {
        json::object row{{"position", place.position}, {"sequence", place.sequence}};
        if (place.userversion) row.emplace("userversion", *place.userversion);
        return row;
      });
  connection.send(kSaveHead, {"outbox", sequence, Blob{}});
}

void seal_invalidations(Connection& connection, std::int64_t sequence, const Rows& rows) {
  if (rows.empty()) return;
  std::vector<Place> places;
  places.reserve(rows.size());
  for (const Row& row : rows) places.push_back({.position = row.integer(0), .sequence = ++sequence});
  write_places(
      connection, places, kSealInvalidation, kSealInvalidationRows,
      [](const Place& place) -> Params {
        return {place.position, place.sequence};
      },
      [](const Place& place) -> json::object {
        return {{"position", place.position}, {"sequence", place.sequence}};
      });
  connection.send(kSaveHead, {"invalidations", sequence, Blob{}});
}

std::int64_t last_position(const Rows& rows) { return rows.empty() ? 0 : rows.back().integer(0); }

}  // namespace

Sealed seal_rows(Connection& connection, const LedgerPositions& after) {
  // In one trip, and yet in order: each sees what is committed once the audit head is held.
  const std::vector<Rows> answers = connection.query_all({{kAuditHead, {}},
                                                          {kEventHeads, {}},
                                                          {kUnsealedAudit, {after.audit, kSealBatch}},
                                                          {kUnsealedOutbox, {after.outbox, kSealBatch}},
                                                          {kUnsealedInvalidations, {kSealBatch}}});
  if (answers[0].empty()) return {};
  const Row& audit_head = answers[0].front();
  const Row& event_heads = answers[1].at(0);
  const Rows &audited = answers[2], &events = answers[3], &invalidations = answers[4];
  seal_audit(connection, audit_head, audited);
  GH_FAILPOINT(while_sealing);
  seal_outbox(connection, event_heads.integer(0), events);
  seal_invalidations(connection, event_heads.integer(1), invalidations);
  return {static_cast<int>(audited.size() + events.size() + invalidations.size()),
          {last_position(audited), last_position(events)}};
}

bool has_unsealed_rows(Connection& connection, const LedgerPositions& after) {
  return connection.query_one(kAnyUnsealed, {after.audit, after.outbox})->integer(0) == 1;
}

int seal_all_rows(Connection& connection) {
  int sealed = 0;
  for (int more = kSealBatch; more >= kSealBatch;) {
    more = seal_rows(connection).rows;
    sealed += more;
  }
  return sealed;
}

}  // namespace gatehouse::adapters::sql
