#include "modules/identity/application/admin_user_view.hpp"

#include "domain/identity/permissions.hpp"
#include "modules/identity/application/actor_json.hpp"

namespace gatehouse::application {

domain::Screening shown_screening(const domain::Authority& authority, const domain::User& user) {
  return domain::check_permission(authority, domain::permissions::kComplianceRead) ? user.screening
                                                                                   : user.screening_public;
}

Result<AdminUser> view_admin_user(ports::Tx& tx, const domain::Authority& authority, domain::User user, Timestamp now) {
  AdminUser admin_user;
  admin_user.screening = shown_screening(authority, user);
  GH_TRY(admin_user.view, view_user(tx, std::move(user), now));
  return admin_user;
}

Result<AdminUser> view_listed_user(ports::Tx& tx, const domain::Authority& authority, domain::User user,
                                   Timestamp now) {
  AdminUser admin_user;
  admin_user.screening = shown_screening(authority, user);
  GH_TRY(const auto roles, tx.roles().list(user.id, now));
  admin_user.view.roles = domain::live_roles(roles, now);
  admin_user.view.user = std::move(user);
  return admin_user;
}

boost::json::object admin_user_json(const AdminUser& admin_user, Detail detail) {
  const domain::User& user = admin_user.view.user;
  boost::json::object to = user_json(admin_user.view);
  if (detail == Detail::listed) {
    to.erase("factors");
    to.erase("accounts");
  }
  to["screening"] = domain::to_text(admin_user.screening);
  to["status_reason"] = text_or_null(user.status_reason);
  to["mail_undeliverable"] = user.mail_undeliverable;
  to["password_reset_required"] = user.reset_required;
  to["erase_after"] = time_or_null(user.deletion_due_at);
  return to;
}

}  // namespace gatehouse::application
