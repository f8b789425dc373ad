#include "modules/identity/application/provision_user.hpp"

#include "auth/email_address.hpp"
#include "domain/identity/profile_policy.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/application/mailed_token.hpp"
#include "modules/identity/application/new_password.hpp"
#include "modules/identity/application/record.hpp"

namespace gatehouse::application {
namespace {

Result<std::optional<std::string>> hash_given(const Dependencies& deps, const ProvisionInput& input,
                                              const std::string& email) {
  if (!input.password) return std::optional<std::string>();
  GH_TRY(const auto password, input.password_rule == PasswordRule::policy
                                  ? accept_new_password(deps.settings, *input.password, email, input.name)
                                  : accept_given_password(*input.password));
  GH_TRY(auto hash, deps.hasher.hash(password));
  return std::optional(std::move(hash));
}

Result<> give_roles(ports::Tx& tx, Record& record, const ProvisionInput& input, const domain::User& user,
                    const Caller& by_whom, Timestamp now) {
  for (const auto& role : input.roles) {
    if (role == domain::kUserRole) continue;
    domain::RoleAssignment assignment;
    assignment.id = domain::RoleAssignmentId(new_id(now));
    assignment.user_id = user.id;
    assignment.role = role;
    assignment.granted_by_type = by_whom.audit_type();
    assignment.granted_by = by_whom.audit_id();
    assignment.created_at = now;
    GH_TRY([[maybe_unused]] const bool added, tx.roles().put(assignment, now));
    GH_CHECK(record.audit(by(by_whom), domain::audit_actions::kRoleAssigned, user.id, {.details = {{"role", role}}}));
    GH_CHECK(record.event(domain::topics::kRoleAssigned, user.id,
                          {{"user_id", user.id.str()},
                           {"role", role},
                           {"by", by_whom.audit_id()},
                           {"reason", nullptr},
                           {"expires_at", nullptr}}));
  }
  return {};
}

Result<> mail_confirmation(ports::Tx& tx, Record& record, const Dependencies& deps, const domain::User& user,
                           Timestamp now) {
  const auto token = make_mailed_token({.purpose = domain::TokenPurpose::verify_email,
                                        .user_id = user.id,
                                        .email = user.email,
                                        .email_canonical = user.email_canonical},
                                       deps.settings.links.verify_email, now);
  GH_CHECK(tx.verification_tokens().add(token.row));
  return record.mail(ports::mail_templates::kVerifyEmail, user, {{"link", token.link}},
                     {.expires_at = token.row.expires_at});
}

}  // namespace

Result<UserView> provision_user(const Dependencies& deps, const ProvisionInput& input, const Caller& by_whom,
                                const RequestInfo& request) {
  GH_TRY(const auto email, auth::parse_email_address(input.email));
  if (input.name) GH_CHECK(domain::check_name(*input.name));
  for (const auto& role : input.roles)
    if (!deps.settings.roles.contains(role))
      return fail_field(ErrorCode::invalid_request, "roles", "unknown", "there is no role `" + role + "`");
  GH_TRY(const auto hash, hash_given(deps, input, email.canonical));

  const Timestamp now = deps.clock.now();
  GH_TRY(auto view, deps.store.write([&](ports::Tx& tx) -> Result<UserView> {
    Record record(tx, deps, request, now);
    domain::User user;
    user.id = domain::UserId(new_id(now));
    user.email = email.address;
    user.email_canonical = email.canonical;
    if (input.verified) user.email_verified_at = now;
    user.name = input.name;
    user.password_hash = hash;
    if (hash) user.password_changed_at = now;
    user.created_at = now;
    user.updated_at = now;
    GH_CHECK(tx.users().add(user));
    GH_CHECK(
        record.audit(by(by_whom), domain::audit_actions::kUserCreated, user.id, {.personal = {{"email", user.email}}}));
    if (input.verified) {
      GH_CHECK(record.event(domain::topics::kUserSignedUp, user.id,
                            {{"user_id", user.id.str()},
                             {"email", user.email},
                             {"name", text_or_null(user.name)},
                             {"locale", nullptr},
                             {"method", "operator"},
                             {"client_id", "default"}}));
    } else {
      GH_CHECK(mail_confirmation(tx, record, deps, user, now));
    }
    GH_CHECK(give_roles(tx, record, input, user, by_whom, now));
    return view_user(tx, std::move(user), now);
  }));
  deps.wake();
  return view;
}

}  // namespace gatehouse::application
