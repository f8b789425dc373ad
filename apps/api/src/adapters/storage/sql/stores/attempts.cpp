#include "adapters/storage/sql/stores/attempts.hpp"

#include "adapters/storage/sql/stores/filter.hpp"
#include "adapters/storage/sql/stores/keyset.hpp"
#include "adapters/storage/sql/stores/mapping.hpp"
#include "adapters/storage/sql/stores/totals.hpp"

namespace gatehouse::adapters::sql {
namespace {

#define GH_COLUMNS                                                                                           \
  "id, occurred_at, user_id, identifier_hmac, outcome, factor, reason, client_id, ip, network, user_agent, " \
  "device, device_id, latency, risk_level, risk_score, risk_reasons, request_id"

constexpr Statement kAdd{"attempts.add", "INSERT INTO login_attempts (" GH_COLUMNS
                                         ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, "
                                         "?16, ?17, ?18)"};
constexpr std::string_view kSelect = "SELECT " GH_COLUMNS " FROM login_attempts";
#undef GH_COLUMNS
constexpr Statement kTries{
    "attempts.tries",
    "SELECT EXISTS (SELECT 1 FROM login_attempts WHERE user_id = ?4 AND network = ?2 AND outcome = 'success'), (SELECT "
    "count(*) FROM (SELECT 1 FROM login_attempts WHERE identifier_hmac = ?1 AND occurred_at >= ?3 "
    "AND outcome = 'failure' LIMIT 1000) AS of_user), count(DISTINCT identifier_hmac) FROM (SELECT identifier_hmac "
    "FROM login_attempts WHERE network = ?2 AND occurred_at >= ?3 AND outcome = 'failure' LIMIT 1000) AS of_network"};
constexpr Statement kRemoveBefore{
    "attempts.remove_before",
    "DELETE FROM login_attempts WHERE id IN (SELECT id FROM login_attempts WHERE occurred_at < ?1 "
    "ORDER BY occurred_at, id LIMIT ?2)"};
constexpr Statement kCountFailures{
    "attempts.count_failures",
    "SELECT count(*) FROM (SELECT 1 FROM login_attempts WHERE identifier_hmac = ?1 AND occurred_at >= ?2 "
    "AND outcome = 'failure' LIMIT ?3) AS bounded"};
constexpr Statement kAddToSpread{
    "attempts.add_to_spread",
    "INSERT INTO failure_spread (hour, shard, accounts) VALUES (?1, ?2, ?3) "
    "ON CONFLICT (hour, shard) DO UPDATE SET accounts = failure_spread.accounts + excluded.accounts"};
constexpr Statement kSpread{
    "attempts.spread",
    "SELECT hour, CAST(sum(accounts) AS bigint) FROM failure_spread WHERE hour >= ?1 GROUP BY hour ORDER BY hour"};
constexpr Statement kRemoveSpread{
    "attempts.remove_spread",
    "DELETE FROM failure_spread WHERE (hour, shard) IN (SELECT hour, shard FROM failure_spread WHERE hour < ?1 "
    "ORDER BY hour LIMIT ?2)"};
constexpr int kSpreadShards = 16;

domain::LoginAttempt mapped(const Row& row) {
  domain::LoginAttempt attempt;
  attempt.id = row.id<domain::AttemptId>(0);
  attempt.occurred_at = row.time(1);
  attempt.user_id = row.optional_id<domain::UserId>(2);
  attempt.identifier_hmac = row.text(3);
  attempt.outcome = enum_at<domain::AttemptOutcome>(row, 4);
  attempt.factor = enum_at<domain::AttemptFactor>(row, 5);
  attempt.reason = row.text(6);
  attempt.client_id = row.text(7);
  attempt.ip = row.text(8);
  attempt.network = row.text(9);
  attempt.user_agent = row.text(10);
  attempt.device = row.text(11);
  attempt.device_id = row.optional_id<domain::DeviceId>(12);
  attempt.latency = Duration(row.integer(13));
  attempt.risk_level = enum_at<domain::RiskLevel>(row, 14);
  attempt.risk_score = row.small(15);
  attempt.risk_reasons = words_at(row, 16);
  attempt.request_id = row.text(17);
  return attempt;
}

Filter conditions(const ports::AttemptFilter& wanted) {
  Filter filter;
  if (wanted.user_id) filter.add("user_id = ?", *wanted.user_id);
  if (wanted.identifier_hmac) filter.add("identifier_hmac = ?", *wanted.identifier_hmac);
  if (wanted.network) filter.add("network = ?", *wanted.network);
  // Beside a person or a network the outcome must not choose the index: without statistics SQLite takes either.
  const bool narrow = wanted.user_id || wanted.identifier_hmac || wanted.network;
  if (wanted.outcome) filter.add(narrow ? "outcome || '' = ?" : "outcome = ?", named(*wanted.outcome));
  if (wanted.from) filter.add("occurred_at >= ?", *wanted.from);
  if (wanted.to) filter.add("occurred_at < ?", *wanted.to);
  return filter;
}

}  // namespace

Result<> SqlLoginAttempts::add(const domain::LoginAttempt& a) {
  connection_.send(
      kAdd, {a.id, a.occurred_at, a.user_id, a.identifier_hmac, named(a.outcome), named(a.factor), a.reason,
             a.client_id, a.ip, a.network, a.user_agent, a.device, a.device_id, a.latency.count(), named(a.risk_level),
             a.risk_score, word_list(a.risk_reasons), a.request_id});
  return {};
}

Result<ports::Page<domain::LoginAttempt>> SqlLoginAttempts::list(const ports::AttemptFilter& wanted,
                                                                 const ports::PageRequest& page) {
  Filter filter = conditions(wanted);
  if (page.after) {
    GH_TRY(const auto place, read_place(*page.after));
    filter.add("(occurred_at, id) < (" + filter.place(place.time) + ", " + filter.place(place.key) + ")");
  }
  const std::string limit = filter.place(page.limit + 1);
  const std::string text = std::string(kSelect) + filter.where() + " ORDER BY occurred_at DESC, id DESC LIMIT " + limit;
  return cut_page(map_all(connection_.query({"attempts.list", text}, filter.params()), mapped), page.limit,
                  [](const domain::LoginAttempt& last) {
                    return write_place({last.occurred_at, last.id.str()});
                  });
}

Result<ports::Total> SqlLoginAttempts::count(const ports::AttemptFilter& wanted) {
  const Filter filter = conditions(wanted);
  return count_bounded(connection_, "SELECT 1 FROM login_attempts" + filter.where(), filter.params());
}

Ask<ports::Past> SqlLoginAttempts::ask_tries(const ports::PastQuestion& of) {
  return {{kTries, {of.identifier_hmac, of.network, of.since, of.user_id}}, [](const Rows& rows) {
            const Row& row = rows.at(0);
            return ports::Past{{row.small(1), row.small(2)}, row.boolean(0), {}};
          }};
}

Ask<std::vector<domain::SpreadHour>> SqlLoginAttempts::ask_spread(const ports::PastQuestion& of) {
  return {{kSpread, {of.spread_since}}, [](const Rows& rows) {
            return map_all(rows, [](const Row& row) { return domain::SpreadHour{row.time(0), row.integer(1)}; });
          }};
}

Result<ports::Past> SqlLoginAttempts::past(const ports::PastQuestion& of) {
  auto [past, spread] = ask_all(connection_, ask_tries(of), ask_spread(of));
  past.spread = std::move(spread);
  return std::move(past);
}

Result<int> SqlLoginAttempts::remove_before(Timestamp time, int limit) {
  return static_cast<int>(connection_.execute(kRemoveBefore, {time, limit}));
}

Result<int> SqlLoginAttempts::count_failures(const std::string& identifier_hmac, Timestamp since, int most) {
  return connection_.query_one(kCountFailures, {identifier_hmac, since, most})->small(0);
}

Result<> SqlLoginAttempts::add_to_spread(const std::string& identifier_hmac, Timestamp hour, int change) {
  const int shard = identifier_hmac.empty() ? 0 : static_cast<unsigned char>(identifier_hmac.front()) % kSpreadShards;
  connection_.send(kAddToSpread, {hour, shard, change});
  return {};
}

Result<int> SqlLoginAttempts::remove_spread_before(Timestamp time, int limit) {
  return static_cast<int>(connection_.execute(kRemoveSpread, {time, limit}));
}

}  // namespace gatehouse::adapters::sql
