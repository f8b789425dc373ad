// How many users a list has. No count looks at more than kTotalBound entries of an index, and none at more than kLooked
// rows besides: a total over a million users costs what it costs over a thousand, and says so where it is not exact.
#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "adapters/storage/sql/stores/fold.hpp"
#include "adapters/storage/sql/stores/mapping.hpp"
#include "adapters/storage/sql/stores/totals.hpp"
#include "adapters/storage/sql/stores/user_filter.hpp"
#include "adapters/storage/sql/stores/users.hpp"
#include "domain/identity/text.hpp"

namespace gatehouse::adapters::sql {
namespace {

using ports::Total;
using ports::UserFilter;

// The order only chooses the index: PostgreSQL's plan for any status would walk the table for a rare one.
constexpr const char* kOfStatus = "SELECT 1 FROM users WHERE status = ?1 ORDER BY status, id";

constexpr domain::UserStatus kStatuses[] = {domain::UserStatus::active, domain::UserStatus::disabled,
                                            domain::UserStatus::pending_deletion};

/// How many are active, where that are more than the bound: all but the others, as far as they were counted.
std::int64_t active_estimate(std::int64_t all, std::int64_t others) { return std::max(kTotalBound, all - others); }

/// Of another status than active, which almost everybody has, it is only said beyond the bound that there are so many.
Total count_status(Connection& connection, domain::UserStatus status) {
  auto total = count_bounded(connection, kOfStatus, {named(status)});
  if (total.exact || status != domain::UserStatus::active) return total;
  std::int64_t others = 0;
  for (const auto other : kStatuses)
    if (other != status) others += count_bounded(connection, kOfStatus, {named(other)}).value;
  total.value = active_estimate(estimate_rows(connection, CountedTable::users), others);
  return total;
}

/// The prefix as the two indexes hold it.
struct Prefix {
  std::string id, address, name;
  explicit Prefix(const std::string& query)
      : id(query), address(domain::to_lower_ascii(query)), name(fold_case(query)) {}

  bool has_address(const std::string& text) const { return text >= address && text < after_prefix(address); }
  bool has_name(const std::string& folded) const { return folded >= name && folded < after_prefix(name); }
};

/// The users of one range of one index. The range is cut before anything else is asked: so much of it is read, and no
/// more, whatever plan a database thinks best. A range that reaches the cut is longer than was looked at.
Total count_range(Connection& connection, const UserFilter& wanted, const Prefix& prefix, bool by_name) {
  Filter filter = user_conditions(wanted);
  const bool plain = filter.empty();
  const std::string condition = plain ? "1" : "CASE WHEN " + filter.where().substr(7) + " THEN 1 END";
  const std::int64_t limit = plain ? kTotalBound + 1 : static_cast<std::int64_t>(kLooked) + 1;
  const std::string columns = plain ? "email_canonical" : "*";
  const std::string column = by_name ? "name_folded" : "email_canonical";
  const std::string from = filter.place(by_name ? prefix.name : prefix.address);
  const std::string to = filter.place(after_prefix(by_name ? prefix.name : prefix.address));
  // Who is found by both is counted by address.
  std::string counted = condition;
  if (by_name) {
    const std::string other = fmt::format("users.email_canonical >= {} AND users.email_canonical < {}",
                                          filter.place(prefix.address), filter.place(after_prefix(prefix.address)));
    counted = fmt::format("CASE WHEN NOT ({}) THEN {} END", other, condition);
  }
  const std::string text = fmt::format(
      "SELECT count(*), count({0}) FROM (SELECT {1} FROM users WHERE {2} >= {3} AND {2} < {4} ORDER BY {2}{5} LIMIT "
      "{6}) AS users",
      counted, columns, column, from, to, by_name ? ", id" : "", limit);
  const auto row = connection.query_one({"users.count_range", text}, filter.params());
  return {row->integer(1), row->integer(0) < limit};
}

/// The addresses with the prefix, where nothing else is asked. Whether there are too many to count is asked first:
/// SQLite skips entries in half the time that it takes to count them.
Total count_addresses(Connection& connection, const Prefix& prefix) {
  static constexpr std::string_view kRange =
      "FROM users WHERE email_canonical >= ?1 AND email_canonical < ?2 ORDER BY email_canonical LIMIT";
  const std::string text = fmt::format(
      "SELECT CASE WHEN (SELECT 1 {0} 1 OFFSET {1}) IS NULL THEN (SELECT count(*) FROM (SELECT 1 {0} {1}) AS counted) "
      "END",
      kRange, kTotalBound);
  const auto row =
      connection.query_one({"users.count_addresses", text}, {prefix.address, after_prefix(prefix.address)});
  if (row->is_null(0)) return {kTotalBound, false};
  return {row->integer(0), true};
}

/// Whoever has the text as id, unless a range counts them too.
std::int64_t count_exact_id(Connection& connection, const UserFilter& wanted, const Prefix& prefix) {
  Filter filter = user_conditions(wanted);
  filter.add("users.id = ?", prefix.id);
  const auto row = connection.query_one(
      {"users.count_exact_id", "SELECT users.email_canonical, users.name_folded FROM users" + filter.where()},
      filter.params());
  if (!row) return 0;
  const auto name = row->optional_text(1);
  return prefix.has_address(row->text(0)) || (name && prefix.has_name(*name)) ? 0 : 1;
}

Total count_prefix(Connection& connection, const UserFilter& wanted) {
  const Prefix prefix(*wanted.query);
  const bool plain = !wanted.status && !wanted.role;
  const auto addresses = plain ? count_addresses(connection, prefix) : count_range(connection, wanted, prefix, false);
  // More of them would not make it exact.
  if (!addresses.exact) return addresses;
  const auto names = count_range(connection, wanted, prefix, true);
  Total total{addresses.value + names.value + count_exact_id(connection, wanted, prefix),
              addresses.exact && names.exact};
  if (total.value > kTotalBound) total = {kTotalBound, false};
  return total;
}

/// A few users by their ids, of whom those count that the query finds.
Total count_among(Connection& connection, const UserFilter& wanted) {
  Filter filter = user_conditions(wanted);
  if (has_user_prefix(wanted)) {
    const Prefix prefix(*wanted.query);
    filter.add(
        fmt::format("(users.id = {} OR (users.email_canonical >= {} AND users.email_canonical < {}) OR "
                    "(users.name_folded >= {} AND users.name_folded < {}))",
                    filter.place(prefix.id), filter.place(prefix.address), filter.place(after_prefix(prefix.address)),
                    filter.place(prefix.name), filter.place(after_prefix(prefix.name))));
  }
  return count_bounded(connection, "SELECT 1 FROM users" + filter.where(), filter.params());
}

/// Assignments are counted by their own index (the order only chooses it); with a status, the newest of those who hold
/// the role are looked at one by one.
Total count_role(Connection& connection, const UserFilter& wanted) {
  if (!wanted.status) {
    Filter filter;
    const std::string live = live_role(filter, *wanted.role, wanted.now);
    return count_bounded(connection,
                         "SELECT 1 FROM role_assignments WHERE " + live + " ORDER BY role_assignments.user_id",
                         filter.params());
  }
  UserFilter some;
  some.status = wanted.status;
  some.ids = holders(connection, wanted, std::nullopt, kLooked + 1);
  if (some.ids.empty()) return {};
  auto total = count_among(connection, some);
  total.exact = some.ids.size() <= kLooked;
  return total;
}

}  // namespace

Result<Total> SqlUsers::count(const UserFilter& wanted) {
  if (names_users(wanted)) return count_among(connection_, wanted);
  if (has_user_prefix(wanted)) {
    const auto few = among_few(connection_, wanted);
    if (few && few->ids.empty()) return Total{};
    return few ? count_among(connection_, *few) : count_prefix(connection_, wanted);
  }
  if (wanted.role) return count_role(connection_, wanted);
  if (wanted.status) return count_status(connection_, *wanted.status);
  auto total = count_bounded(connection_, "SELECT 1 FROM users", {});
  if (!total.exact) total.value = estimate_rows(connection_, CountedTable::users);
  return total;
}

Result<ports::UserCounts> SqlUsers::counts() {
  ports::UserCounts counts;
  Total* const places[] = {&counts.active, &counts.disabled, &counts.pending_deletion};
  std::int64_t counted = 0;
  counts.all.exact = true;
  for (std::size_t i = 0; i < std::size(kStatuses); ++i) {
    *places[i] = count_bounded(connection_, kOfStatus, {named(kStatuses[i])});
    counted += places[i]->value;
    counts.all.exact = counts.all.exact && places[i]->exact;
  }
  counts.all.value = counts.all.exact ? counted : std::max(counted, estimate_rows(connection_, CountedTable::users));
  if (!counts.active.exact) counts.active.value = active_estimate(counts.all.value, counted - counts.active.value);
  counts.with_second_factor =
      count_bounded(connection_, "SELECT 1 FROM user_mfa_secrets WHERE confirmed_at IS NOT NULL", {});
  if (!counts.with_second_factor.exact) {
    counts.with_second_factor.value = estimate_rows(connection_, CountedTable::user_mfa_secrets);
  }
  return counts;
}

}  // namespace gatehouse::adapters::sql
