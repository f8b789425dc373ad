#include "modules/identity/application/user_view.hpp"

#include <boost/json/array.hpp>

#include "modules/identity/application/actor_json.hpp"

namespace gatehouse::application {

namespace json = boost::json;

Result<UserView> view_user(ports::Tx& tx, domain::User user, Timestamp now) {
  UserView view;
  GH_TRY(const auto roles, tx.roles().list(user.id, now));
  view.roles = domain::live_roles(roles, now);
  GH_TRY(const auto totp, tx.factors().find_totp(user.id));
  if (totp && totp->confirmed_at) view.factors.push_back("totp");
  GH_TRY(const auto codes, tx.factors().list_backup_codes(user.id));
  if (!codes.empty()) view.factors.push_back("backup_code");
  GH_TRY(view.accounts, tx.accounts().list(user.id));
  view.user = std::move(user);
  return view;
}

json::object account_json(const domain::Account& account) {
  return {{"id", account.id.str()},
          {"provider", account.provider},
          {"email", text_or_null(account.email)},
          {"name", text_or_null(account.name)},
          {"created_at", to_rfc3339(account.created_at)},
          {"last_used_at", time_or_null(account.last_used_at)}};
}

json::object user_json(const UserView& view) {
  const domain::User& user = view.user;
  json::array accounts;
  for (const auto& each : view.accounts) accounts.push_back(account_json(each));
  return {{"id", user.id.str()},
          {"email", user.email},
          {"email_verified", user.email_verified()},
          {"name", text_or_null(user.name)},
          {"locale", text_or_null(user.locale)},
          {"picture", text_or_null(user.picture)},
          {"status", domain::to_text(user.status)},
          {"has_password", user.has_password()},
          {"factors", text_array(view.factors)},
          {"accounts", std::move(accounts)},
          {"roles", text_array(view.roles)},
          {"identity_verification", domain::to_text(user.identity_verification)},
          {"screening", domain::to_text(user.screening_public)},
          {"created_at", to_rfc3339(user.created_at)},
          {"updated_at", to_rfc3339(user.updated_at)},
          {"last_sign_in_at", time_or_null(user.last_sign_in_at)}};
}

}  // namespace gatehouse::application
