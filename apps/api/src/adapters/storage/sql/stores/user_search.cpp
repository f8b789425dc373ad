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
// Stretches of a range in one page, each twice as long as the one before.
constexpr int kMostStretches = 4;

enum class Phase : char { exact_id = 'i', address = 'e', name = 'n' };

/// The last user of the page before, or of the stretch before, within a phase.
struct Last {
  std::string id;   ///< of a phase by name
  std::string key;  ///< address or folded name
};

/// A column to compare and order by. Where the filter names its users, no index may be chosen for it: the walk would go
/// past everybody between two of them.
std::string compared_column(const UserFilter& wanted, std::string_view name) {
  return fmt::format("users.{}{}", name, names_users(wanted) ? " || ''" : "");
}

std::string order_of(const UserFilter& wanted, Phase phase) {
  return phase == Phase::name ? compared_column(wanted, "name_folded") + ", users.id"
                              : compared_column(wanted, "email_canonical");
}

/// The range of one phase's index. With `after` it begins there instead of at the prefix: two lower bounds on one
/// column would leave SQLite to walk up from the lower one.
std::string range_of(Filter& filter, const UserFilter& wanted, Phase phase, const std::optional<Last>& after) {
  const bool by_name = phase == Phase::name;
  const std::string column = compared_column(wanted, by_name ? "name_folded" : "email_canonical");
  const std::string prefix = by_name ? fold_case(*wanted.query) : domain::to_lower_ascii(*wanted.query);
  const std::string end = fmt::format("{} < {}", column, filter.place(after_prefix(prefix)));
  if (!after) return fmt::format("{} >= {} AND {}", column, filter.place(prefix), end);
  if (!by_name) return fmt::format("{} > {} AND {}", column, filter.place(after->key), end);
  return fmt::format("({}, users.id) > ({}, {}) AND {}", column, filter.place(after->key), filter.place(after->id),
                     end);
}

/// All that is asked of a user of one phase besides its range; whom an earlier phase has is left out.
Filter phase_conditions(const UserFilter& wanted, Phase phase) {
  Filter filter = user_conditions(wanted);
  filter.add(phase == Phase::exact_id ? "users.id = ?" : "users.id <> ?", *wanted.query);
  if (phase == Phase::name) {
    const std::string address = domain::to_lower_ascii(*wanted.query);
    filter.add(fmt::format("NOT (users.email_canonical >= {} AND users.email_canonical < {})", filter.place(address),
                           filter.place(after_prefix(address))));
  }
  return filter;
}

Last place_of(const User& user, Phase phase) {
  if (phase == Phase::name) return {user.id.str(), fold_case(user.name.value_or(""))};
  return {{}, user.email_canonical};
}

std::string position_of(const Last& place, Phase phase) {
  switch (phase) {
    case Phase::exact_id:
      return "i";
    case Phase::address:
      return "e" + place.key;
    case Phase::name:
      return "n" + place.id + " " + place.key;
  }
  return {};
}

std::optional<Last> last_of(const std::string& position, Phase phase) {
  if (phase == Phase::address) return Last{{}, position.substr(1)};
  const auto space = position.find(' ');
  if (space == std::string::npos) return std::nullopt;
  return Last{position.substr(1, space - 1), position.substr(space + 1)};
}

std::vector<User> read_users(Connection& connection, const std::string& from, Filter& filter, const std::string& order,
                             std::size_t room) {
  const std::string limit = filter.place(room);
  const std::string text =
      fmt::format("SELECT " GH_USER_COLUMNS " FROM {}{} ORDER BY {} LIMIT {}", from, filter.where(), order, limit);
  return map_all(connection.query({"users.search_prefix", text}, filter.params()),
                 [](const Row& row) { return user_from(row); });
}

/// Up to `room` users of a phase whose conditions hardly leave anybody out.
std::vector<User> read_all(Connection& connection, const UserFilter& wanted, Phase phase,
                           const std::optional<Last>& after, std::size_t room) {
  Filter filter = phase_conditions(wanted, phase);
  if (phase != Phase::exact_id) filter.add(range_of(filter, wanted, phase, after));
  return read_users(connection, "users", filter, order_of(wanted, phase), room);
}

/// Up to `room` users among the next `count` of a phase's index. The index is cut before anything else is asked: so
/// much of it is read, and no more, whatever plan a database thinks best.
std::vector<User> read_stretch(Connection& connection, const UserFilter& wanted, Phase phase,
                               const std::optional<Last>& after, std::size_t count, std::size_t room) {
  Filter filter = phase_conditions(wanted, phase);
  const std::string order = order_of(wanted, phase);
  const std::string cut = fmt::format("(SELECT * FROM users WHERE {} ORDER BY {} LIMIT {}) AS users",
                                      range_of(filter, wanted, phase, after), order, count);
  return read_users(connection, cut, filter, order, room);
}

/// The place `count` entries further in a phase's index, of which alone it reads; nothing where the range ends before.
std::optional<Last> place_after(Connection& connection, const UserFilter& wanted, Phase phase,
                                const std::optional<Last>& after, std::size_t count) {
  Filter filter;
  filter.add(range_of(filter, wanted, phase, after));
  const bool by_name = phase == Phase::name;
  const std::string text = fmt::format("SELECT {} FROM users{} ORDER BY {} LIMIT 1 OFFSET {}",
                                       by_name ? "users.id, users.name_folded" : "users.email_canonical",
                                       filter.where(), order_of(wanted, phase), count - 1);
  const auto row = connection.query_one({"users.search_place", text}, filter.params());
  if (!row) return std::nullopt;
  return by_name ? Last{row->text(0), row->text(1)} : Last{{}, row->text(0)};
}

/// A page as it fills, phase by phase.
struct PrefixPage {
  std::size_t limit;
  std::vector<User> users{};
  std::vector<std::string> positions{};       ///< of each user
  std::optional<std::string> cut_short_at{};  ///< where the walk goes on that found too few

  std::size_t room() const { return limit + 1 - users.size(); }
  bool is_done() const { return users.size() > limit || cut_short_at; }
  void add(std::vector<User> more, Phase phase) {
    for (auto& user : more) {
      positions.push_back(position_of(place_of(user, phase), phase));
      users.push_back(std::move(user));
    }
  }
};

/// Looks through one phase: where more than its range decides, by stretches, since of a million whose names begin alike
/// perhaps none has the role, or all were found by their addresses. Then the page ends short, and its position leads
/// on.
void read_phase(Connection& connection, const UserFilter& wanted, Phase phase, std::optional<Last> after,
                PrefixPage& page) {
  const bool sparse = phase == Phase::name || (phase == Phase::address && (wanted.status || wanted.role));
  if (!sparse || names_users(wanted)) return page.add(read_all(connection, wanted, phase, after, page.room()), phase);
  for (int stretches = 0; stretches < kMostStretches; ++stretches) {
    const std::size_t count = kLooked << stretches;
    page.add(read_stretch(connection, wanted, phase, after, count, page.room()), phase);
    if (page.is_done()) return;
    after = place_after(connection, wanted, phase, after, count);
    if (!after) return;
  }
  page.cut_short_at = position_of(*after, phase);
}

ports::Page<User> search_prefix(Connection& connection, const UserFilter& wanted, const ports::PageRequest& request) {
  static constexpr Phase kPhases[] = {Phase::exact_id, Phase::address, Phase::name};
  PrefixPage page{.limit = static_cast<std::size_t>(request.limit)};
  for (const Phase phase : kPhases) {
    std::optional<Last> last;
    if (request.after && !request.after->empty()) {
      const auto from = static_cast<Phase>(request.after->front());
      const auto rank = [](Phase p) { return p == Phase::exact_id ? 0 : p == Phase::address ? 1 : 2; };
      if (rank(phase) < rank(from) || (phase == from && phase == Phase::exact_id)) continue;
      if (phase == from) last = last_of(*request.after, phase);
    }
    if (page.is_done()) break;
    read_phase(connection, wanted, phase, last, page);
  }
  if (page.users.size() <= page.limit) return {std::move(page.users), std::move(page.cut_short_at)};
  page.users.resize(page.limit);
  return {std::move(page.users), page.positions[page.limit - 1]};
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
