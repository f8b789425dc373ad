#include "adapters/storage/sql/stores/user_filter.hpp"

#include <fmt/format.h>

#include "adapters/storage/sql/stores/mapping.hpp"

namespace gatehouse::adapters::sql {
namespace {

std::vector<domain::UserId> ids_of(Connection& connection, const std::string& select, Filter& filter,
                                   std::size_t limit) {
  const std::string text = select + " LIMIT " + filter.place(static_cast<std::int64_t>(limit));
  return map_all(connection.query({"users.ids", text}, filter.params()),
                 [](const Row& row) { return row.id<domain::UserId>(0); });
}

}  // namespace

std::string live_role(Filter& filter, const std::string& role, Timestamp now) {
  return fmt::format(
      "role_assignments.role = {} AND (role_assignments.expires_at IS NULL OR role_assignments.expires_at > {})",
      filter.place(role), filter.place(now));
}

std::vector<domain::UserId> holders(Connection& connection, const ports::UserFilter& wanted,
                                    const std::optional<std::string>& before, std::size_t limit) {
  Filter filter;
  filter.add(live_role(filter, *wanted.role, wanted.now));
  if (before) filter.add("role_assignments.user_id < ?", *before);
  return ids_of(connection,
                "SELECT role_assignments.user_id FROM role_assignments" + filter.where() +
                    " ORDER BY role_assignments.user_id DESC",
                filter, limit);
}

Filter user_conditions(const ports::UserFilter& wanted) {
  Filter filter;
  if (wanted.email_canonical) filter.add("users.email_canonical = ?", *wanted.email_canonical);
  if (!wanted.ids.empty()) {
    std::string list;
    for (const auto& id : wanted.ids) list += (list.empty() ? "" : ", ") + filter.place(id);
    filter.add("users.id IN (" + list + ")");
  }
  // Beside a prefix or named users the status must not choose the index: all of that status would be sorted.
  if (wanted.status)
    filter.add(has_user_prefix(wanted) || names_users(wanted) ? "users.status || '' = ?" : "users.status = ?",
               named(*wanted.status));
  // Counted and not EXISTS, which PostgreSQL may turn into a join over all who hold the role.
  if (wanted.role)
    filter.add("(SELECT count(*) FROM role_assignments WHERE role_assignments.user_id = users.id AND " +
               live_role(filter, *wanted.role, wanted.now) + ") > 0");
  return filter;
}

std::optional<ports::UserFilter> among_few(Connection& connection, const ports::UserFilter& wanted) {
  if (names_users(wanted)) return std::nullopt;
  ports::UserFilter few = wanted;
  if (wanted.role) {
    few.ids = holders(connection, wanted, std::nullopt, kFew + 1);
    if (few.ids.size() <= kFew) return few;
  }
  if (!wanted.status) return std::nullopt;
  Filter filter;
  filter.add("status = ?", named(*wanted.status));
  few.ids = ids_of(connection, "SELECT id FROM users" + filter.where() + " ORDER BY status, id", filter, kFew + 1);
  if (few.ids.size() <= kFew) return few;
  return std::nullopt;
}

}  // namespace gatehouse::adapters::sql
