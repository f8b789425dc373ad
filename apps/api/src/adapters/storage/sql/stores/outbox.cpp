#include "adapters/storage/sql/stores/outbox.hpp"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace gatehouse::adapters::sql {
namespace {

#define GH_COLUMNS "event_id, topic, subject, data, occurred_at, traceparent, sequence, userversion, published_at"

constexpr Statement kAdd{"outbox.add",
                         "INSERT INTO outbox_events (event_id, topic, subject, data, occurred_at, traceparent) "
                         "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"};
constexpr Statement kList{"outbox.list",
                          "SELECT " GH_COLUMNS " FROM outbox_events WHERE sequence > ?1 ORDER BY sequence LIMIT ?2"};
constexpr Statement kListTopic{"outbox.list_topic", "SELECT " GH_COLUMNS
                                                    " FROM outbox_events WHERE topic = ?3 AND sequence > ?1 "
                                                    "ORDER BY sequence LIMIT ?2"};
constexpr Statement kListUnpublished{"outbox.list_unpublished",
                                     "SELECT " GH_COLUMNS
                                     " FROM outbox_events WHERE sequence > ?1 AND sequence IS NOT NULL "
                                     "AND published_at IS NULL ORDER BY sequence LIMIT ?2"};
constexpr Statement kMarkPublished{
    "outbox.mark_published",
    "UPDATE outbox_events SET published_at = ?2 WHERE event_id IN (SELECT value FROM json_each(?1))",
    "UPDATE outbox_events SET published_at = ?2 WHERE event_id = "
    "ANY(ARRAY(SELECT jsonb_array_elements_text(?1)))"};
constexpr Statement kCountUnpublished{
    "outbox.count_unpublished",
    "SELECT (SELECT count(*) FROM (SELECT 1 FROM outbox_events WHERE published_at IS NULL AND sequence IS NOT NULL "
    "LIMIT 100000) AS sealed) + (SELECT count(*) FROM (SELECT 1 FROM outbox_events WHERE sequence IS NULL LIMIT "
    "100000) "
    "AS unsealed)"};
constexpr Statement kOldestUnpublished{"outbox.oldest_unpublished",
                                       "SELECT occurred_at FROM outbox_events WHERE published_at IS NULL "
                                       "AND sequence IS NOT NULL ORDER BY sequence LIMIT 1"};
constexpr Statement kOldestUnsealed{
    "outbox.oldest_unsealed", "SELECT occurred_at FROM outbox_events WHERE sequence IS NULL ORDER BY position LIMIT 1"};
constexpr Statement kEraseUser{"outbox.erase_user",
                               "UPDATE outbox_events SET data = NULL WHERE subject = ?1 AND data IS NOT NULL"};
constexpr Statement kRemovePublished{
    "outbox.remove_published_before",
    "DELETE FROM outbox_events WHERE position IN (SELECT position FROM outbox_events WHERE published_at < ?1 "
    "ORDER BY published_at LIMIT ?2)"};
// Looks at the oldest rows alone, so that it costs the same where none is old enough.
constexpr Statement kRemoveSealed{
    "outbox.remove_sealed_before",
    "DELETE FROM outbox_events WHERE position IN (SELECT position FROM (SELECT position, occurred_at FROM "
    "outbox_events "
    "WHERE sequence IS NOT NULL ORDER BY sequence LIMIT ?2) AS oldest WHERE occurred_at < ?1)"};
constexpr Statement kReceive{"outbox.receive",
                             "INSERT INTO inbox_events (event_id, topic, received_at) VALUES (?1, ?2, ?3) "
                             "ON CONFLICT (event_id) DO NOTHING"};
constexpr Statement kRemoveReceived{
    "outbox.remove_received_before",
    "DELETE FROM inbox_events WHERE event_id IN (SELECT event_id FROM inbox_events WHERE received_at < ?1 "
    "ORDER BY received_at LIMIT ?2)"};
#undef GH_COLUMNS

std::string tombstone(const std::optional<domain::UserId>& subject) {
  boost::json::object data{{"erased", true}};
  if (subject) data["user_id"] = subject->str();
  return boost::json::serialize(data);
}

}  // namespace

Result<> SqlOutbox::add(const domain::OutboxEvent& event) {
  GH_TRY(auto sealed, cipher_.seal(ports::DataPurpose::personal_data, event.event_id.str(), event.data));
  connection_.send(kAdd, {event.event_id, event.topic, event.subject, Blob{std::move(sealed)}, event.occurred_at,
                          event.traceparent});
  return {};
}

Result<std::vector<domain::OutboxEvent>> SqlOutbox::opened(const Rows& rows) {
  std::vector<domain::OutboxEvent> events;
  events.reserve(rows.size());
  for (const Row& row : rows) {
    domain::OutboxEvent event;
    event.event_id = row.id<domain::EventId>(0);
    event.topic = row.text(1);
    event.subject = row.optional_id<domain::UserId>(2);
    if (row.is_null(3)) {
      event.data = tombstone(event.subject);
    } else {
      GH_TRY(const auto data, cipher_.open(ports::DataPurpose::personal_data, event.event_id.str(), row.blob(3)));
      event.data = data.expose();
    }
    event.occurred_at = row.time(4);
    event.traceparent = row.text(5);
    event.sequence = row.optional_integer(6);
    event.userversion = row.optional_integer(7);
    event.published_at = row.optional_time(8);
    events.push_back(std::move(event));
  }
  return events;
}

Result<std::vector<domain::OutboxEvent>> SqlOutbox::list(std::int64_t after, const std::string& topic, int limit) {
  if (topic.empty()) return opened(connection_.query(kList, {after, limit}));
  return opened(connection_.query(kListTopic, {after, limit, topic}));
}

Result<std::vector<domain::OutboxEvent>> SqlOutbox::list_unpublished(std::int64_t after, int limit) {
  return opened(connection_.query(kListUnpublished, {after, limit}));
}

Result<> SqlOutbox::mark_published(const std::vector<domain::EventId>& ids, Timestamp now) {
  boost::json::array names;
  for (const auto& id : ids) names.emplace_back(id.str());
  connection_.send(kMarkPublished, {Json{boost::json::serialize(names)}, now});
  return {};
}

Result<std::int64_t> SqlOutbox::count_unpublished() { return connection_.query_one(kCountUnpublished, {})->integer(0); }

Result<std::optional<Timestamp>> SqlOutbox::oldest_unpublished() {
  std::optional<Timestamp> oldest;
  for (const Statement& statement : {kOldestUnpublished, kOldestUnsealed})
    if (const auto row = connection_.query_one(statement, {}))
      oldest = oldest ? std::min(*oldest, row->time(0)) : row->time(0);
  return oldest;
}

Result<int> SqlOutbox::erase_user(const domain::UserId& user) {
  return static_cast<int>(connection_.execute(kEraseUser, {user}));
}

Result<int> SqlOutbox::remove_published_before(Timestamp time, int limit) {
  return static_cast<int>(connection_.execute(kRemovePublished, {time, limit}));
}

Result<int> SqlOutbox::remove_sealed_before(Timestamp time, int limit) {
  return static_cast<int>(connection_.execute(kRemoveSealed, {time, limit}));
}

Result<bool> SqlOutbox::receive(const std::string& event_id, const std::string& topic, Timestamp now) {
  return connection_.execute(kReceive, {event_id, topic, now}) == 1;
}

Result<int> SqlOutbox::remove_received_before(Timestamp time, int limit) {
  return static_cast<int>(connection_.execute(kRemoveReceived, {time, limit}));
}

}  // namespace gatehouse::adapters::sql
