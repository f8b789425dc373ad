#pragma once
// The conditions of the lists of users, shared by their pages (user_search.cpp) and their totals (user_count.cpp).
#include <optional>
#include <string_view>

#include "adapters/storage/sql/connection.hpp"
#include "adapters/storage/sql/stores/filter.hpp"
#include "modules/identity/ports/stores/users.hpp"

namespace gatehouse::adapters::sql {

/// How a role is asked for: assignments: the statement starts from role_assignments; users: from users.
enum class RoleFrom { users, assignments };

/// All but `query`, over the tables `users` and, with RoleFrom::assignments, `role_assignments`.
Filter user_conditions(const ports::UserFilter& wanted, RoleFrom from);

/// A role held and not expired at `now`, over role_assignments.
std::string live_role(Filter& filter, const std::string& role, Timestamp now);

inline bool has_user_prefix(const ports::UserFilter& filter) { return filter.query && !filter.query->empty(); }

/// Where few users have the role or the status that is asked for: the same filter by their ids, so that a search goes
/// through them and not through everybody whose name begins alike. Nothing where many have it.
std::optional<ports::UserFilter> among_few(Connection& connection, const ports::UserFilter& wanted);

}  // namespace gatehouse::adapters::sql
