// The lists of users. Without a prefix they follow the ids. With one they come in three phases, each in the order of
// its own index (exact id, address, name), so that a page costs the same however many users match; the position names
// the phase and the last key.
#include <fmt/format.h>

#include "adapters/storage/sql/stores/filter.hpp"
#include "adapters/storage/sql/stores/fold.hpp"
#include "adapters/storage/sql/stores/mapping.hpp"
#include "adapters/storage/sql/stores/rows.hpp"
#include "adapters/storage/sql/stores/user_filter.hpp"
#include "adapters/storage/sql/stores/users.hpp"
#include "domain/identity/text.hpp"

namespace gatehouse::adapters::sql {
namespace {

using domain::User;
using ports::UserFilter;

enum class Phase : char { exact_id = 'i', address = 'e', name = 'n' };

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
  Filter filter = user_conditions(wanted, RoleFrom::users);
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

}  // namespace

Result<ports::Page<User>> SqlUsers::search(const UserFilter& wanted, const ports::PageRequest& page) {
  if (has_user_prefix(wanted)) {
    const auto few = among_few(connection_, wanted);
    if (few && few->ids.empty()) return ports::Page<User>{};
    return search_prefix(connection_, few.value_or(wanted), page);
  }
  Filter filter = user_conditions(wanted, wanted.role ? RoleFrom::assignments : RoleFrom::users);
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

}  // namespace gatehouse::adapters::sql
