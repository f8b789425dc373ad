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

Result<std::vector<AdminUser>> view_listed_users(ports::Tx& tx, const domain::Authority& authority,
                                                 std::vector<domain::User> users, Timestamp now) {
  std::vector<domain::UserId> ids;
  ids.reserve(users.size());
  for (const auto& user : users) ids.push_back(user.id);
  GH_TRY(const auto roles, tx.roles().list_each(ids, now));
  std::vector<AdminUser> listed(users.size());
  for (std::size_t i = 0; i < users.size(); ++i) {
    listed[i].screening = shown_screening(authority, users[i]);
    listed[i].view.roles = domain::live_roles(roles[i], now);
    listed[i].view.user = std::move(users[i]);
  }
  return listed;
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
