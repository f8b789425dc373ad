#pragma once
// What hangs on a user besides sessions and factors: linked provider accounts, known devices, role assignments.
#include "domain/identity/account.hpp"
#include "domain/identity/device.hpp"
#include "domain/identity/role_assignment.hpp"
#include "foundation/result.hpp"
#include "modules/identity/ports/page.hpp"

namespace gatehouse::ports {

class Accounts {
 public:
  virtual ~Accounts() = default;
  /// Identity is (issuer, subject), never the address.
  virtual Result<std::optional<domain::Account>> find(const std::string& issuer, const std::string& subject) = 0;
  virtual Result<std::optional<domain::Account>> find(const domain::AccountId& id) = 0;
  virtual Result<std::vector<domain::Account>> list(const domain::UserId& user) = 0;
  /// Returns `account_linked_elsewhere` when (issuer, subject) is there already.
  virtual Result<> add(const domain::Account& account) = 0;
  /// Writes what the provider last said of it: address, sealed tokens, and when. Its identity, owner and name stay.
  virtual Result<> note_use(const domain::Account& account) = 0;
  virtual Result<bool> remove(const domain::UserId& user, const domain::AccountId& id) = 0;
};

class Devices {
 public:
  virtual ~Devices() = default;
  virtual Result<std::optional<domain::Device>> find(const domain::DeviceId& id) = 0;
  virtual Result<std::vector<domain::Device>> list(const domain::UserId& user) = 0;
  virtual Result<> add(const domain::Device& device) = 0;
  virtual Result<> note_use(const domain::DeviceId& id, const std::string& network, Timestamp now) = 0;
  virtual Result<bool> remove(const domain::DeviceId& id) = 0;
  virtual Result<int> remove_for_user(const domain::UserId& user) = 0;
  virtual Result<int> remove_unused(Timestamp unused_since, int limit) = 0;
};

class RoleAssignments {
 public:
  virtual ~RoleAssignments() = default;
  /// Assignments that hold at `now`.
  virtual Result<std::vector<domain::RoleAssignment>> list(const domain::UserId& user, Timestamp now) = 0;
  /// The same of several users, in their order and in one trip.
  virtual Result<std::vector<std::vector<domain::RoleAssignment>>> list_each(const std::vector<domain::UserId>& users,
                                                                             Timestamp now) = 0;
  virtual Result<std::vector<domain::RoleAssignment>> list_all(const domain::UserId& user) = 0;
  /// Adds it, or replaces the user's assignment of the same role; true when it was not held before.
  virtual Result<bool> put(const domain::RoleAssignment& assignment, Timestamp now) = 0;
  virtual Result<bool> remove(const domain::UserId& user, const std::string& role) = 0;
  /// Assignments whose time has passed: removed and returned, for their events.
  virtual Result<std::vector<domain::RoleAssignment>> remove_expired(Timestamp now, int limit) = 0;
};

}  // namespace gatehouse::ports
