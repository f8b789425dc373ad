#include "adapters/storage/sql/stores/audit_log.hpp"

#include "adapters/storage/sql/stores/audit_row.hpp"
#include "adapters/storage/sql/stores/filter.hpp"
#include "adapters/storage/sql/stores/keyset.hpp"
#include "adapters/storage/sql/stores/totals.hpp"

namespace gatehouse::adapters::sql {
namespace {

constexpr Statement kAdd{
    "audit.add",
    "INSERT INTO auth_audit_log (id, occurred_at, actor_type, actor_id, subject_id, action, outcome, reason, "
    "request_id, details, personal_digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"};
constexpr Statement kAddPersonal{"audit.add_personal",
                                 "INSERT INTO audit_personal (audit_id, salt, value) VALUES (?1, ?2, ?3)"};
constexpr std::string_view kSelect = "SELECT " GH_AUDIT_COLUMNS
                                     ", audit_personal.salt, audit_personal.value FROM auth_audit_log "
                                     "LEFT JOIN audit_personal ON audit_personal.audit_id = auth_audit_log.id";
constexpr Statement kHead{"audit.head",
                          "SELECT sequence, hash FROM ledger_heads WHERE name = 'audit' AND sequence > 0"};
constexpr Statement kCountUnsealed{"audit.count_unsealed",
                                   "SELECT count(*) FROM auth_audit_log WHERE sequence IS NULL"};
constexpr Statement kAddCheckpoint{"audit.add_checkpoint",
                                   "INSERT INTO audit_checkpoints (sequence, hash, created_at, jws) "
                                   "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (sequence) DO NOTHING"};
constexpr Statement kNewestCheckpoint{
    "audit.newest_checkpoint",
    "SELECT sequence, hash, created_at, jws FROM audit_checkpoints ORDER BY sequence DESC LIMIT 1"};
constexpr Statement kListCheckpoints{"audit.list_checkpoints",
                                     "SELECT sequence, hash, created_at, jws FROM audit_checkpoints ORDER BY sequence"};
constexpr Statement kOldestCheckpoints{
    "audit.oldest_checkpoints",
    "SELECT sequence, hash, created_at, jws FROM audit_checkpoints ORDER BY sequence LIMIT ?1"};
constexpr Statement kRemoveCheckpoints{
    "audit.remove_checkpoints",
    "DELETE FROM audit_checkpoints WHERE sequence IN (SELECT sequence FROM audit_checkpoints WHERE sequence < ?1 "
    "ORDER BY sequence LIMIT ?2)"};
constexpr Statement kErasePersonal{
    "audit.erase_personal",
    "DELETE FROM audit_personal WHERE audit_id IN (SELECT id FROM auth_audit_log WHERE subject_id = ?1 "
    "UNION SELECT id FROM auth_audit_log WHERE actor_id = ?1 AND actor_type = 'user')"};
constexpr Statement kRemoveUpTo{"audit.remove_up_to",
                                "DELETE FROM auth_audit_log WHERE position IN (SELECT position FROM auth_audit_log "
                                "WHERE sequence <= ?1 ORDER BY sequence LIMIT ?2)"};

domain::AuditCheckpoint checkpoint_from(const Row& row) {
  return {row.integer(0), row.blob(1), row.text(3), row.time(2)};
}

/// Only sealed rows are listed: they alone have a place.
Filter conditions(const ports::AuditFilter& wanted) {
  Filter filter;
  filter.add("auth_audit_log.sequence IS NOT NULL");
  if (wanted.actor_id) filter.add("auth_audit_log.actor_id = ?", *wanted.actor_id);
  if (wanted.subject_id) filter.add("auth_audit_log.subject_id = ?", *wanted.subject_id);
  if (wanted.action) filter.add("auth_audit_log.action = ?", *wanted.action);
  if (wanted.request_id) filter.add("auth_audit_log.request_id = ?", *wanted.request_id);
  if (wanted.from) filter.add("auth_audit_log.occurred_at >= ?", *wanted.from);
  if (wanted.to) filter.add("auth_audit_log.occurred_at < ?", *wanted.to);
  return filter;
}

}  // namespace

Result<> SqlAuditLog::add(const domain::AuditEntry& e) {
  connection_.send(kAdd, {e.id, e.occurred_at, named(e.actor_type), e.actor_id, e.subject_id, e.action,
                          named(e.outcome), e.reason, e.request_id, e.details, Blob{e.personal_digest}});
  if (e.personal_salt.empty()) return {};
  GH_TRY(auto sealed, cipher_.seal(ports::DataPurpose::personal_data, e.id.str(), e.personal));
  connection_.send(kAddPersonal, {e.id, Blob{e.personal_salt}, Blob{std::move(sealed)}});
  return {};
}

Result<std::vector<domain::AuditEntry>> SqlAuditLog::opened(const Rows& rows) {
  std::vector<domain::AuditEntry> entries;
  entries.reserve(rows.size());
  for (const Row& row : rows) {
    auto entry = audit_from(row);
    if (!row.is_null(kAuditWidth)) {
      entry.personal_salt = row.blob(kAuditWidth);
      GH_TRY(const auto personal,
             cipher_.open(ports::DataPurpose::personal_data, entry.id.str(), row.blob(kAuditWidth + 1)));
      entry.personal = personal.expose();
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

Result<ports::Page<domain::AuditEntry>> SqlAuditLog::list(const ports::AuditFilter& wanted,
                                                          const ports::PageRequest& page) {
  Filter filter = conditions(wanted);
  if (page.after) {
    GH_TRY(const auto place, read_place(*page.after));
    GH_TRY(const auto sequence, read_number(place.key));
    filter.add("(auth_audit_log.occurred_at, auth_audit_log.sequence) < (" + filter.place(place.time) + ", " +
               filter.place(sequence) + ")");
  }
  const std::string limit = filter.place(page.limit + 1);
  const std::string text = std::string(kSelect) + filter.where() +
                           " ORDER BY auth_audit_log.occurred_at DESC, auth_audit_log.sequence DESC LIMIT " + limit;
  GH_TRY(auto entries, opened(connection_.query({"audit.list", text}, filter.params())));
  return cut_page(std::move(entries), page.limit, [](const domain::AuditEntry& last) {
    return write_place({last.occurred_at, std::to_string(*last.sequence)});
  });
}

Result<ports::Total> SqlAuditLog::count(const ports::AuditFilter& wanted) {
  const Filter filter = conditions(wanted);
  return count_bounded(connection_, "SELECT 1 FROM auth_audit_log" + filter.where(), filter.params());
}

Result<std::vector<domain::AuditEntry>> SqlAuditLog::read_from(std::int64_t sequence, int limit) {
  static const std::string kText =
      std::string(kSelect) + " WHERE auth_audit_log.sequence >= ?1 ORDER BY auth_audit_log.sequence LIMIT ?2";
  return opened(connection_.query({"audit.read_from", kText}, {sequence, limit}));
}

Result<std::optional<domain::ChainHead>> SqlAuditLog::head() {
  return map_one(connection_.query_one(kHead, {}), [](const Row& row) {
    return domain::ChainHead{row.integer(0), row.blob(1)};
  });
}

Result<std::int64_t> SqlAuditLog::count_unsealed() { return connection_.query_one(kCountUnsealed, {})->integer(0); }

Result<> SqlAuditLog::add_checkpoint(const domain::AuditCheckpoint& checkpoint) {
  connection_.send(kAddCheckpoint, {checkpoint.sequence, Blob{checkpoint.hash}, checkpoint.created_at, checkpoint.jws});
  return {};
}

Result<std::optional<domain::AuditCheckpoint>> SqlAuditLog::newest_checkpoint() {
  return map_one(connection_.query_one(kNewestCheckpoint, {}), checkpoint_from);
}

Result<std::vector<domain::AuditCheckpoint>> SqlAuditLog::list_checkpoints() {
  return map_all(connection_.query(kListCheckpoints, {}), checkpoint_from);
}

Result<std::vector<domain::AuditCheckpoint>> SqlAuditLog::oldest_checkpoints(int limit) {
  return map_all(connection_.query(kOldestCheckpoints, {limit}), checkpoint_from);
}

Result<int> SqlAuditLog::remove_checkpoints_before(std::int64_t sequence, int limit) {
  return static_cast<int>(connection_.execute(kRemoveCheckpoints, {sequence, limit}));
}

Result<int> SqlAuditLog::erase_personal(const domain::UserId& user) {
  return static_cast<int>(connection_.execute(kErasePersonal, {user}));
}

Result<int> SqlAuditLog::remove_up_to(std::int64_t sequence, int limit) {
  return static_cast<int>(connection_.execute(kRemoveUpTo, {sequence, limit}));
}

}  // namespace gatehouse::adapters::sql
