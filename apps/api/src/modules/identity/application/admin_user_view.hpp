#pragma once
// A user as staff see it (`AdminUser` of the OpenAPI document), and how its state of screening is shown: in full only
// to those who hold identity.compliance.read, so that nobody else learns of a match (decision 27).
#include "domain/identity/role_grant_policy.hpp"
#include "modules/identity/application/user_view.hpp"

namespace gatehouse::application {

struct AdminUser {
  UserView view;
  domain::Screening screening = domain::Screening::unscreened;  ///< in full, or as the person sees it
};

/// Called inside a closure, with what the caller may see.
Result<AdminUser> view_admin_user(ports::Tx& tx, const domain::Authority& authority, domain::User user, Timestamp now);
/// The same of several, in their order, without factors and accounts.
Result<std::vector<AdminUser>> view_listed_users(ports::Tx& tx, const domain::Authority& authority,
                                                 std::vector<domain::User> users, Timestamp now);

/// What the authority may see of a user's screening.
domain::Screening shown_screening(const domain::Authority& authority, const domain::User& user);

enum class Detail { whole, listed };
boost::json::object admin_user_json(const AdminUser& user, Detail detail = Detail::whole);

}  // namespace gatehouse::application
