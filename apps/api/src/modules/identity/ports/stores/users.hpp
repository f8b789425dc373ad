#pragma once
// Users: one row a person. `email_canonical` is unique; ids are never used twice.
#include "domain/identity/user.hpp"
#include "foundation/result.hpp"
#include "modules/identity/ports/page.hpp"

namespace gatehouse::ports {

struct UserFilter {
  std::optional<std::string> query{};  ///< case-folded prefix of address or name, or an exact id
  std::optional<std::string> email_canonical{};
  std::vector<domain::UserId> ids{};  ///< at most 100
  std::optional<domain::UserStatus> status{};
  std::optional<std::string> role{};  ///< assigned and not expired at `now`
  Timestamp now{};
};

struct UserCounts {
  Total all, active, disabled, pending_deletion;
  Total with_second_factor;
};

class Users {
 public:
  virtual ~Users() = default;
  virtual Result<std::optional<domain::User>> find(const domain::UserId& id) = 0;
  virtual Result<std::optional<domain::User>> find_by_email(const std::string& email_canonical) = 0;
  /// Returns `not_found` when there is none.
  virtual Result<domain::User> get(const domain::UserId& id) = 0;
  /// Returns `email_taken` or `id_taken` (also when the id belonged to an erased user).
  virtual Result<> add(const domain::User& user) = 0;
  /// Writes every member, guarded by `version`, which it counts up. A concurrent change makes the whole write closure
  /// run again; a changed address that is taken returns `email_taken`.
  virtual Result<> save(domain::User& user) = 0;
  /// Sets only last_sign_in_at, without touching `version`.
  virtual Result<> note_sign_in(const domain::UserId& id, Timestamp at) = 0;
  /// Newest first (ids are time-ordered); with `query`: the exact id, then matching addresses in order, then matching
  /// names in order. Uses indexes only.
  virtual Result<Page<domain::User>> search(const UserFilter& filter, const PageRequest& page) = 0;
  virtual Result<Total> count(const UserFilter& filter) = 0;
  virtual Result<UserCounts> counts() = 0;
  /// Active, verified users who hold one of `roles` at `now` and can sign in (a password or a linked account).
  virtual Result<std::int64_t> count_able_with_role(const std::vector<std::string>& roles, Timestamp now) = 0;
  /// Users whose deletion is due, oldest first.
  virtual Result<std::vector<domain::UserId>> due_for_erasure(Timestamp now, int limit) = 0;
  /// Removes the row and every row that hangs on it (sessions, factors, accounts, tokens, devices, roles), and
  /// remembers the id as used.
  virtual Result<> erase(const domain::UserId& id) = 0;
};

}  // namespace gatehouse::ports
