// The lists of users. Without a prefix they follow the ids. With one they come in three phases, each in the order of
// its own index (exact id, address, name), so that a page costs the same however many users match; the position names
// the phase and the last key.
#include <fmt/format.h>

#include "adapters/storage/sql/stores/filter.hpp"
#include "adapters/storage/sql/stores/fold.hpp"
#include "adapters/storage/sql/stores/mapping.hpp"
#include "adapters/storage/sql/stores/rows.hpp"
#include "adapters/storage/sql/stores/totals.hpp"
#include "adapters/storage/sql/stores/users.hpp"
#include "domain/identity/text.hpp"

namespace gatehouse::adapters::sql {
namespace {

using domain::User;
using ports::UserFilter;

enum class Phase : char { exact_id = 'i', address = 'e', name = 'n' };

bool has_prefix(const UserFilter& filter) { return filter.query && !filter.query->empty(); }

/// The conditions that every phase shares. `by_role_rows`: the statement starts from role_assignments.
Filter conditions(const UserFilter& wanted, bool by_role_rows) {
  Filter filter;
  if (wanted.email_canonical) filter.add("users.email_canonical = ?", *wanted.email_canonical);
  if (!wanted.ids.empty()) {
    std::string list;
    for (const auto& id : wanted.ids) list += (list.empty() ? "" : ", ") + filter.place(id);
    filter.add("users.id IN (" + list + ")");
  }
  if (wanted.status) filter.add("users.status = ?", named(*wanted.status));
  if (wanted.role) {
    const std::string live = fmt::format(
        "role_assignments.role = {} AND (role_assignments.expires_at IS NULL OR role_assignments.expires_at > {})",
        filter.place(*wanted.role), filter.place(wanted.now));
    filter.add(by_role_rows ? live
                            : "EXISTS (SELECT 1 FROM role_assignments WHERE role_assignments.user_id = users.id AND " +
                                  live + ")");
  }
  return filter;
}

/// The last user of the page before, within a phase.
struct Last {
  std::string id;   ///< of a phase by name
  std::string key;  ///< address or folded name
};

/// The range of one phase. With `last` it begins there instead of at the prefix: two lower bounds on one column would
/// leave SQLite to walk up from the lower one.
void narrow(Filter& filter, const std::string& prefix, Phase phase, const std::optional<Last>& last) {
  const std::string address = domain::to_lower_ascii(prefix);
  if (phase == Phase::exact_id) {
    filter.add("users.id = ?", prefix);
    return;
  }
  filter.add("users.id <> ?", prefix);
  if (phase == Phase::address) {
    filter.add(last ? "users.email_canonical > ?" : "users.email_canonical >= ?", last ? last->key : address);
    filter.add("users.email_canonical < ?", after_prefix(address));
    return;
  }
  const std::string name = fold_case(prefix);
  if (last) {
    filter.add(
        fmt::format("(users.name_folded, users.id) > ({}, {})", filter.place(last->key), filter.place(last->id)));
  } else {
    filter.add("users.name_folded >= ?", name);
  }
  filter.add("users.name_folded < ?", after_prefix(name));
  filter.add(fmt::format("NOT (users.email_canonical >= {} AND users.email_canonical < {})", filter.place(address),
                         filter.place(after_prefix(address))));
}

std::string position_of(const User& user, Phase phase) {
  switch (phase) {
    case Phase::exact_id:
      return "i";
    case Phase::address:
      return "e" + user.email_canonical;
    case Phase::name:
      return "n" + user.id.str() + " " + fold_case(user.name.value_or(""));
  }
  return {};
}

std::optional<Last> last_of(const std::string& position, Phase phase) {
  if (phase == Phase::address) return Last{{}, position.substr(1)};
  const auto space = position.find(' ');
  if (space == std::string::npos) return std::nullopt;
  return Last{position.substr(1, space - 1), position.substr(space + 1)};
}

/// Up to `room` users of one phase, from its start or after `last`.
std::vector<User> read_phase(Connection& connection, const UserFilter& wanted, Phase phase,
                             const std::optional<Last>& last, std::size_t room) {
  Filter filter = conditions(wanted, false);
  narrow(filter, *wanted.query, phase, last);
  const std::string_view order = phase == Phase::name ? "users.name_folded, users.id" : "users.email_canonical";
  const std::string limit = filter.place(room);
  const std::string text =
      fmt::format("SELECT " GH_USER_COLUMNS " FROM users{} ORDER BY {} LIMIT {}", filter.where(), order, limit);
  return map_all(connection.query({"users.search_prefix", text}, filter.params()),
                 [](const Row& row) { return user_from(row); });
}

ports::Page<User> search_prefix(Connection& connection, const UserFilter& wanted, const ports::PageRequest& page) {
  static constexpr Phase kPhases[] = {Phase::exact_id, Phase::address, Phase::name};
  const auto limit = static_cast<std::size_t>(page.limit);
  ports::Page<User> found;
  std::vector<std::string> positions;
  for (const Phase phase : kPhases) {
    std::optional<Last> last;
    if (page.after && !page.after->empty()) {
      const auto from = static_cast<Phase>(page.after->front());
      const auto rank = [](Phase p) { return p == Phase::exact_id ? 0 : p == Phase::address ? 1 : 2; };
      if (rank(phase) < rank(from) || (phase == from && phase == Phase::exact_id)) continue;
      if (phase == from) last = last_of(*page.after, phase);
    }
    if (found.items.size() > limit) break;
    for (auto& user : read_phase(connection, wanted, phase, last, limit + 1 - found.items.size())) {
      positions.push_back(position_of(user, phase));
      found.items.push_back(std::move(user));
    }
  }
  if (found.items.size() > limit) {
    found.items.resize(limit);
    found.next = positions[limit - 1];
  }
  return found;
}

// The order only chooses the index: PostgreSQL's plan for any status would walk the table for a rare one.
constexpr const char* kOfStatus = "SELECT 1 FROM users WHERE status = ?1 ORDER BY id";

std::int64_t status_estimate(Connection& connection, domain::UserStatus status) {
  std::int64_t rest = estimate_rows(connection, CountedTable::users);
  for (const auto other :
       {domain::UserStatus::active, domain::UserStatus::disabled, domain::UserStatus::pending_deletion}) {
    if (other == status) continue;
    const auto total = count_bounded(connection, kOfStatus, {named(other)});
    rest -= total.value;
  }
  return std::max(kTotalBound, rest);
}

ports::Total count_status(Connection& connection, domain::UserStatus status) {
  auto total = count_bounded(connection, kOfStatus, {named(status)});
  if (!total.exact) total.value = status_estimate(connection, status);
  return total;
}

/// One pass over each range: a user who is in several is counted once, in the first.
ports::Total count_prefix(Connection& connection, const UserFilter& wanted) {
  Filter filter = conditions(wanted, false);
  const std::string address = domain::to_lower_ascii(*wanted.query);
  const std::string name = fold_case(*wanted.query);
  const std::string by_id = "id = " + filter.place(*wanted.query);
  const std::string from_address = "email_canonical >= " + filter.place(address);
  const std::string to_address = "email_canonical < " + filter.place(after_prefix(address));
  const std::string from_name = "name_folded >= " + filter.place(name);
  const std::string to_name = "name_folded < " + filter.place(after_prefix(name));
  const std::string by_address = from_address + " AND " + to_address;
  if (filter.empty()) {
    // Each range is cut before its end is looked at: so much of an index is read, and no more, whatever plan a database
    // thinks best. A cut range is beyond the bound by itself, or with those of it that the one before has counted.
    const std::int64_t cut = kTotalBound + 1;
    return count_bounded(
        connection,
        fmt::format(
            "SELECT 1 FROM users WHERE {0} UNION ALL "
            "SELECT 1 FROM (SELECT id, email_canonical FROM users WHERE {1} ORDER BY email_canonical LIMIT {5}) "
            "AS by_address WHERE {2} AND NOT ({0}) UNION ALL "
            "SELECT 1 FROM (SELECT id, email_canonical, name_folded FROM users WHERE {3} "
            "ORDER BY name_folded, id LIMIT {5}) AS by_name WHERE {4} AND NOT ({0}) AND NOT ({1} AND {2})",
            by_id, from_address, to_address, from_name, to_name, cut),
        filter.params());
  }
  const std::string base = "SELECT 1 FROM users" + filter.where() + " AND ";
  return count_bounded(connection,
                       fmt::format("{0}{1} UNION ALL {0}NOT ({1}) AND {2} UNION ALL {0}NOT ({1}) AND NOT ({2}) AND {3} "
                                   "AND {4}",
                                   base, by_id, by_address, from_name, to_name),
                       filter.params());
}

}  // namespace

Result<ports::Page<User>> SqlUsers::search(const UserFilter& wanted, const ports::PageRequest& page) {
  if (has_prefix(wanted)) return search_prefix(connection_, wanted, page);
  Filter filter = conditions(wanted, wanted.role.has_value());
  // Where a role is asked for, its own index gives the order: rare roles are found without walking all users.
  const std::string key = wanted.role ? "role_assignments.user_id" : "users.id";
  const std::string from = wanted.role ? "role_assignments JOIN users ON users.id = role_assignments.user_id" : "users";
  if (page.after) filter.add(key + " < ?", *page.after);
  const std::string limit = filter.place(page.limit + 1);
  const std::string text =
      fmt::format("SELECT " GH_USER_COLUMNS " FROM {}{} ORDER BY {} DESC LIMIT {}", from, filter.where(), key, limit);
  ports::Page<User> found;
  found.items = map_all(connection_.query({"users.search", text}, filter.params()),
                        [](const Row& row) { return user_from(row); });
  if (found.items.size() > static_cast<std::size_t>(page.limit)) {
    found.items.pop_back();
    found.next = found.items.back().id.str();
  }
  return found;
}

Result<ports::Total> SqlUsers::count(const UserFilter& wanted) {
  if (has_prefix(wanted)) return count_prefix(connection_, wanted);
  const bool others = wanted.email_canonical || !wanted.ids.empty() || wanted.role;
  if (wanted.status && !others) return count_status(connection_, *wanted.status);
  const Filter filter = conditions(wanted, wanted.role.has_value());
  const std::string from = wanted.role ? "role_assignments JOIN users ON users.id = role_assignments.user_id" : "users";
  auto total = count_bounded(connection_, "SELECT 1 FROM " + from + filter.where(), filter.params());
  if (!total.exact && !others) total.value = estimate_rows(connection_, CountedTable::users);
  return total;
}

Result<ports::UserCounts> SqlUsers::counts() {
  ports::UserCounts counts;
  counts.all = count_bounded(connection_, "SELECT 1 FROM users", {});
  if (!counts.all.exact) counts.all.value = estimate_rows(connection_, CountedTable::users);
  counts.active = count_status(connection_, domain::UserStatus::active);
  counts.disabled = count_status(connection_, domain::UserStatus::disabled);
  counts.pending_deletion = count_status(connection_, domain::UserStatus::pending_deletion);
  counts.with_second_factor =
      count_bounded(connection_, "SELECT 1 FROM user_mfa_secrets WHERE confirmed_at IS NOT NULL", {});
  if (!counts.with_second_factor.exact) {
    counts.with_second_factor.value = estimate_rows(connection_, CountedTable::user_mfa_secrets);
  }
  return counts;
}

}  // namespace gatehouse::adapters::sql
