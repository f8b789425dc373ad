#pragma once
// A user with what hangs on it, as GET /v1/me and the admin's surfaces show it, and its wire form.
#include <boost/json/object.hpp>

#include "domain/identity/account.hpp"
#include "modules/identity/application/dependencies.hpp"

namespace gatehouse::application {

struct UserView {
  domain::User user;
  std::vector<std::string> roles;    ///< live ones, `user` included, sorted
  std::vector<std::string> factors;  ///< totp, backup_code
  std::vector<domain::Account> accounts;
};

/// Reads what hangs on the user. Called inside a read or write closure.
Result<UserView> view_user(ports::Tx& tx, domain::User user, Timestamp now);

/// `User` of the OpenAPI document: what the person sees.
boost::json::object user_json(const UserView& view);
boost::json::object account_json(const domain::Account& account);

}  // namespace gatehouse::application
