#include "modules/identity/application/create_user.hpp"

#include <algorithm>

#include <fmt/ranges.h>

#include "auth/email_address.hpp"
#include "domain/identity/permissions.hpp"
#include "domain/identity/profile_policy.hpp"
#include "modules/identity/application/assign_role.hpp"
#include "modules/identity/application/authority.hpp"
#include "modules/identity/application/invitation.hpp"
#include "modules/identity/application/mailed_token.hpp"
#include "modules/identity/application/step_up.hpp"

namespace gatehouse::application {
namespace {

/// The roles asked for, each once, without the one that everybody has.
std::vector<std::string> wanted_roles(const CreateUserInput& input) {
  std::vector<std::string> roles = input.roles;
  std::sort(roles.begin(), roles.end());
  roles.erase(std::unique(roles.begin(), roles.end()), roles.end());
  std::erase(roles, std::string(domain::kUserRole));
  return roles;
}

Result<> check_input(const CreateUserInput& input) {
  if (input.name) GH_CHECK(domain::check_name(*input.name));
  if (input.locale) GH_CHECK(domain::check_locale(*input.locale));
  if (input.id && !is_id_text(*input.id))
    return fail_field(ErrorCode::invalid_request, "id", "invalid",
                      "an id is at most 64 letters, digits, underscores and hyphens");
  return {};
}

Result<> check_roles(const Dependencies& deps, const domain::Authority& authority, const domain::UserId& user,
                     const std::vector<std::string>& roles) {
  for (const auto& role : roles)
    GH_CHECK(domain::check_may_change_role(authority, user, {}, role, deps.settings.roles));
  return {};
}

Result<> mail_invitation(ports::Tx& tx, Record& record, const Dependencies& deps, const domain::User& user,
                         const std::vector<std::string>& roles, const Caller& maker, Timestamp now) {
  const auto token = make_mailed_token({.purpose = domain::TokenPurpose::accept_invitation,
                                        .user_id = user.id,
                                        .email = user.email,
                                        .email_canonical = user.email_canonical,
                                        .payload = invitation_payload(roles, maker)},
                                       deps.settings.links.accept_invitation, now);
  GH_CHECK(tx.verification_tokens().add(token.row));
  std::map<std::string, std::string> values{{"link", token.link}, {"email", user.email}, {"expires_in", "two days"}};
  if (!roles.empty()) values["roles"] = fmt::format("{}", fmt::join(roles, ", "));
  GH_CHECK(
      record.mail(ports::mail_templates::kInvitation, user, std::move(values), {.expires_at = token.row.expires_at}));
  return record.audit(by(maker), domain::audit_actions::kInvitationSent, user.id,
                      {.details = {{"roles", fmt::format("{}", fmt::join(roles, " "))}}});
}

}  // namespace

Result<AdminUser> create_user(const Dependencies& deps, const Caller& caller, const CreateUserInput& input,
                              const RequestInfo& request) {
  GH_TRY(const auto email, auth::parse_email_address(input.email));
  GH_CHECK(check_input(input));
  if (input.invite == Invite::mailed && deps.settings.sign_up_mode == SignUpMode::closed)
    return fail(ErrorCode::sign_up_closed, "sign_up.mode is closed, so nobody can accept: send invite: false");
  const auto roles = wanted_roles(input);
  if (!roles.empty()) GH_CHECK(require_step_up(deps, caller));

  const Timestamp now = deps.clock.now();
  domain::User user;
  user.id = domain::UserId(input.id.value_or(new_id(now)));
  user.email = email.address;
  user.email_canonical = email.canonical;
  user.name = input.name;
  user.locale = input.locale;
  user.created_at = now;
  user.updated_at = now;
  auto made = deps.store.write([&](ports::Tx& tx) -> Result<AdminUser> {
    GH_TRY(const auto authority, authority_of(tx, deps, caller, domain::permissions::kUsersWrite, now));
    GH_CHECK(check_roles(deps, authority, user.id, roles));
    Record record(tx, deps, request, now);
    GH_CHECK(tx.users().add(user));
    GH_CHECK(
        record.audit(by(caller), domain::audit_actions::kUserCreated, user.id, {.personal = {{"email", user.email}}}));
    if (input.invite == Invite::mailed) {
      GH_CHECK(mail_invitation(tx, record, deps, user, roles, caller, now));
    } else {
      for (const auto& role : roles) {
        GH_TRY([[maybe_unused]] const auto given, put_role(tx, record, by(caller), user.id, {.role = role}, now));
      }
    }
    return view_admin_user(tx, authority, user, now);
  });
  if (made) deps.wake();
  return made;
}

}  // namespace gatehouse::application
