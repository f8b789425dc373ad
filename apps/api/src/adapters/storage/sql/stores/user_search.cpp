// The lists of users. Without a prefix they follow the ids. With one they come in three phases, each in the order of
// its own index (exact id, address, name), so that a page costs the same however many users match; the position names
// the phase and the last key.
#include <utility>

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

constexpr int kMostBatches = 20;

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
  Filter filter = user_conditions(wanted);
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

/// The range of a status in its own index, written as a range: of an equality PostgreSQL would think nothing, and walk
/// the ids past everybody of another status.
void narrow_to_status(Filter& filter, domain::UserStatus status, const std::optional<std::string>& before) {
  const std::string place = filter.place(named(status));
  filter.add("users.status >= " + place);
  if (before) {
    filter.add(fmt::format("(users.status, users.id) < ({}, {})", place, filter.place(*before)));
  } else {
    filter.add("users.status <= " + place);
  }
}

/// A page in the order of the ids, newest first.
ports::Page<User> by_id(Connection& connection, UserFilter wanted, const std::optional<std::string>& before,
                        std::size_t limit) {
  const auto status = names_users(wanted) ? std::nullopt : std::exchange(wanted.status, std::nullopt);
  Filter filter = user_conditions(wanted);
  const bool by_status = status.has_value();
  if (by_status) {
    narrow_to_status(filter, *status, before);
  } else if (before) {
    filter.add("users.id < ?", *before);
  }
  const std::string place = filter.place(static_cast<std::int64_t>(limit) + 1);
  const std::string text = fmt::format("SELECT " GH_USER_COLUMNS " FROM users{} ORDER BY {}users.id DESC LIMIT {}",
                                       filter.where(), by_status ? "users.status DESC, " : "", place);
  ports::Page<User> found;
  found.items =
      map_all(connection.query({"users.search", text}, filter.params()), [](const Row& row) { return user_from(row); });
  if (found.items.size() > limit) {
    found.items.pop_back();
    found.next = found.items.back().id.str();
  }
  return found;
}

/// A page of those who hold a role: their ids come from the role's own index, a batch at a time, and then the users.
/// Where hardly anybody of them has the status, the page ends short after kMostBatches, and its position leads on.
ports::Page<User> search_role(Connection& connection, const UserFilter& wanted, const ports::PageRequest& page) {
  const auto limit = static_cast<std::size_t>(page.limit);
  const std::size_t batch = wanted.status ? kLooked : limit + 1;
  ports::Page<User> found;
  UserFilter some;
  some.status = wanted.status;
  auto before = page.after;
  for (int looked = 0; looked < kMostBatches; ++looked, before = some.ids.back().str()) {
    some.ids = holders(connection, wanted, before, batch);
    if (some.ids.empty()) return found;
    auto more = by_id(connection, some, std::nullopt, limit - found.items.size() + 1);
    for (auto& user : more.items) found.items.push_back(std::move(user));
    if (found.items.size() > limit) {
      found.items.resize(limit);
      found.next = found.items.back().id.str();
      return found;
    }
    if (some.ids.size() < batch) return found;
  }
  found.next = before;
  return found;
}

}  // namespace

Result<ports::Page<User>> SqlUsers::search(const UserFilter& wanted, const ports::PageRequest& page) {
  const bool narrowed = has_user_prefix(wanted) || (wanted.role && wanted.status);
  const auto few = narrowed ? among_few(connection_, wanted) : std::nullopt;
  if (few && few->ids.empty()) return ports::Page<User>{};
  const UserFilter& filter = few ? *few : wanted;
  if (has_user_prefix(filter)) return search_prefix(connection_, filter, page);
  if (filter.role && !names_users(filter)) return search_role(connection_, filter, page);
  return by_id(connection_, filter, page.after, static_cast<std::size_t>(page.limit));
}

}  // namespace gatehouse::adapters::sql
