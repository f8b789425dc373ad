#include "adapters/storage/sql/stores/user_filter.hpp"

#include <fmt/format.h>

#include "adapters/storage/sql/stores/mapping.hpp"

namespace gatehouse::adapters::sql {
namespace {

constexpr std::size_t kFew = 250;

/// The users of an index's entries, unless there are more than a few.
std::optional<ports::UserFilter> by_ids(Connection& connection, ports::UserFilter wanted, const std::string& select,
                                        Filter& filter) {
  const std::string text = select + " LIMIT " + filter.place(kFew + 1);
  auto ids = map_all(connection.query({"users.few", text}, filter.params()),
                     [](const Row& row) { return row.id<domain::UserId>(0); });
  if (ids.size() > kFew) return std::nullopt;
  wanted.ids = std::move(ids);
  return wanted;
}

}  // namespace

std::string live_role(Filter& filter, const std::string& role, Timestamp now) {
  return fmt::format(
      "role_assignments.role = {} AND (role_assignments.expires_at IS NULL OR role_assignments.expires_at > {})",
      filter.place(role), filter.place(now));
}

Filter user_conditions(const ports::UserFilter& wanted, RoleFrom from) {
  Filter filter;
  if (wanted.email_canonical) filter.add("users.email_canonical = ?", *wanted.email_canonical);
  if (!wanted.ids.empty()) {
    std::string list;
    for (const auto& id : wanted.ids) list += (list.empty() ? "" : ", ") + filter.place(id);
    filter.add("users.id IN (" + list + ")");
  }
  // Beside a prefix the status must not choose the index: without statistics SQLite would sort all of that status.
  if (wanted.status)
    filter.add(has_user_prefix(wanted) ? "users.status || '' = ?" : "users.status = ?", named(*wanted.status));
  if (wanted.role) {
    const std::string live = live_role(filter, *wanted.role, wanted.now);
    filter.add(from == RoleFrom::assignments
                   ? live
                   : "EXISTS (SELECT 1 FROM role_assignments WHERE role_assignments.user_id = users.id AND " + live +
                         ")");
  }
  return filter;
}

std::optional<ports::UserFilter> among_few(Connection& connection, const ports::UserFilter& wanted) {
  if (!wanted.ids.empty() || wanted.email_canonical) return std::nullopt;
  if (wanted.role) {
    Filter filter;
    const std::string live = live_role(filter, *wanted.role, wanted.now);
    if (auto few = by_ids(connection, wanted,
                          "SELECT role_assignments.user_id FROM role_assignments WHERE " + live +
                              " ORDER BY role_assignments.user_id",
                          filter))
      return few;
  }
  if (!wanted.status) return std::nullopt;
  Filter filter;
  filter.add("status = ?", named(*wanted.status));
  return by_ids(connection, wanted, "SELECT id FROM users" + filter.where() + " ORDER BY id", filter);
}

}  // namespace gatehouse::adapters::sql
