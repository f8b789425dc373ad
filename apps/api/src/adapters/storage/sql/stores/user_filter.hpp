#pragma once
// The conditions of the lists of users, shared by their pages (user_search.cpp) and their totals (user_count.cpp). What
// is asked here is written so that neither database can choose a plan whose cost grows with the table: SQLite has no
// statistics, and PostgreSQL's generic plans look at nobody's values.
#include <optional>
#include <string>
#include <vector>

#include "adapters/storage/sql/connection.hpp"
#include "adapters/storage/sql/stores/filter.hpp"
#include "modules/identity/ports/stores/users.hpp"

namespace gatehouse::adapters::sql {

/// Rows that a condition on them may cost, where an index alone doesn't decide.
inline constexpr std::size_t kLooked = 100;

/// So many users are named by their ids, rather than found by another index.
inline constexpr std::size_t kFew = 250;

/// All but `query`, over the table `users`.
Filter user_conditions(const ports::UserFilter& wanted);

/// A role held and not expired at `now`, over role_assignments.
std::string live_role(Filter& filter, const std::string& role, Timestamp now);

/// Those who hold the role that is asked for, highest id first, below `before` where it is given.
std::vector<domain::UserId> holders(Connection& connection, const ports::UserFilter& wanted,
                                    const std::optional<std::string>& before, std::size_t limit);

inline bool has_user_prefix(const ports::UserFilter& filter) { return filter.query && !filter.query->empty(); }
/// Whether the filter names its users itself.
inline bool names_users(const ports::UserFilter& filter) { return filter.email_canonical || !filter.ids.empty(); }

/// Where few users have the role or the status that is asked for: the same filter by their ids, so that a search goes
/// through them and not through everybody whose name begins alike. Nothing where many have it.
std::optional<ports::UserFilter> among_few(Connection& connection, const ports::UserFilter& wanted);

}  // namespace gatehouse::adapters::sql
