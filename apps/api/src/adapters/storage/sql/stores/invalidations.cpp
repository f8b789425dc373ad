#include "adapters/storage/sql/stores/invalidations.hpp"

#include "adapters/storage/sql/stores/mapping.hpp"

namespace gatehouse::adapters::sql {
namespace {

#define GH_COLUMNS "coalesce(sequence, 0), session_id, user_id, before, expires_at, ending"

constexpr Statement kAdd{"invalidations.add",
                         "INSERT INTO session_invalidations (session_id, user_id, before, expires_at, ending) "
                         "VALUES (?1, ?2, ?3, ?4, ?5)"};
constexpr Statement kListEndings{"invalidations.list_endings",
                                 "SELECT " GH_COLUMNS
                                 " FROM session_invalidations WHERE sequence > ?1 AND ending AND expires_at > ?2 "
                                 "ORDER BY sequence LIMIT ?3"};
constexpr Statement kListNew{"invalidations.list_new",
                             "SELECT " GH_COLUMNS
                             ", position FROM session_invalidations WHERE position > ?1 ORDER BY position"};
constexpr Statement kRemoveExpired{
    "invalidations.remove_expired",
    "DELETE FROM session_invalidations WHERE position IN (SELECT position FROM session_invalidations "
    "WHERE expires_at <= ?1 AND sequence IS NOT NULL ORDER BY expires_at LIMIT ?2)"};
#undef GH_COLUMNS

ports::Invalidation mapped(const Row& row) {
  ports::Invalidation invalidation;
  invalidation.sequence = row.integer(0);
  invalidation.session_id = row.optional_id<domain::SessionId>(1);
  invalidation.user_id = row.optional_id<domain::UserId>(2);
  invalidation.before = row.time(3);
  invalidation.expires_at = row.time(4);
  invalidation.ending = row.boolean(5);
  return invalidation;
}

}  // namespace

Result<> SqlInvalidations::add(const ports::Invalidation& invalidation) {
  connection_.send(kAdd, {invalidation.session_id, invalidation.user_id, invalidation.before, invalidation.expires_at,
                          invalidation.ending});
  connection_.announce_invalidation(invalidation.session_id ? "session:" + invalidation.session_id->str()
                                                            : "user:" + invalidation.user_id->str());
  return {};
}

Result<std::vector<ports::Invalidation>> SqlInvalidations::list_endings(std::int64_t after, Timestamp now, int limit) {
  return map_all(connection_.query(kListEndings, {after, now, limit}), mapped);
}

Result<std::vector<ports::Invalidation>> SqlInvalidations::list_new(std::int64_t& position) {
  const Rows rows = connection_.query(kListNew, {position});
  if (!rows.empty()) position = rows.back().integer(6);
  return map_all(rows, mapped);
}

Result<int> SqlInvalidations::remove_expired(Timestamp now, int limit) {
  return static_cast<int>(connection_.execute(kRemoveExpired, {now, limit}));
}

}  // namespace gatehouse::adapters::sql
