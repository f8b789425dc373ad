#include "domain/identity/deletion_policy.hpp"

namespace gatehouse::domain {

Result<User> request_deletion(User user, Timestamp now, Duration grace) {
  if (user.status == UserStatus::pending_deletion) return fail(ErrorCode::conflict, "Deletion was asked for already.");
  // A disabled user keeps the reason, so that taking deletion back does not enable the account.
  if (user.status == UserStatus::active) user.status_reason.reset();
  if (user.status == UserStatus::disabled && !user.status_reason) user.status_reason = "disabled";
  user.status = UserStatus::pending_deletion;
  user.deletion_due_at = now + grace;
  user.updated_at = now;
  return user;
}

Result<User> cancel_deletion(User user, Timestamp now) {
  if (user.status != UserStatus::pending_deletion) return fail(ErrorCode::conflict, "No deletion is pending.");
  if (user.deletion_due_at && now >= *user.deletion_due_at)
    return fail(ErrorCode::conflict, "The grace period is over.");
  user.status = user.status_reason ? UserStatus::disabled : UserStatus::active;
  user.deletion_due_at.reset();
  user.updated_at = now;
  return user;
}

bool is_erasure_due(const User& user, Timestamp now) {
  return user.status == UserStatus::pending_deletion && user.deletion_due_at && now >= *user.deletion_due_at &&
         !user.compliance_hold;
}

}  // namespace gatehouse::domain
