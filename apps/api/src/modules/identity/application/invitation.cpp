#include "modules/identity/application/invitation.hpp"

#include <algorithm>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "domain/identity/profile_policy.hpp"
#include "domain/identity/role_grant_policy.hpp"
#include "domain/identity/session_policy.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/application/end_sessions.hpp"
#include "modules/identity/application/mailed_token.hpp"
#include "modules/identity/application/new_password.hpp"
#include "modules/identity/application/void_pending.hpp"

namespace gatehouse::application {
namespace {

namespace json = boost::json;
constexpr auto kInvitationPurpose = domain::TokenPurpose::accept_invitation;

/// What the maker may do now: it may have lost the right since the mail went out.
Result<domain::Authority> authority_now(ports::Tx& tx, const Dependencies& deps, const InvitationTerms& terms,
                                        Timestamp now) {
  domain::Authority authority{terms.maker_type, terms.maker, {}};
  if (terms.maker_type == domain::ActorType::user) {
    GH_TRY(const auto maker, tx.users().find(domain::UserId(terms.maker)));
    if (!maker || !domain::may_hold_sessions(*maker)) return authority;
    GH_TRY(const auto roles, tx.roles().list(maker->id, now));
    authority.permissions = deps.settings.roles.effective_permissions(domain::live_roles(roles, now));
  } else if (terms.maker_type == domain::ActorType::service) {
    GH_TRY(const auto keys, tx.services().list());
    for (const auto& key : keys)
      if (key.service == terms.maker && key.is_live(now)) authority.permissions = key.permissions;
    std::sort(authority.permissions.begin(), authority.permissions.end());
  }
  return authority;
}

By maker_of(const InvitationTerms& terms) { return {terms.maker_type, terms.maker}; }

Result<> give_role(ports::Tx& tx, Record& record, const domain::User& user, const InvitationTerms& terms,
                   const std::string& role, Timestamp now) {
  domain::RoleAssignment assignment;
  assignment.id = domain::RoleAssignmentId(new_id(now));
  assignment.user_id = user.id;
  assignment.role = role;
  assignment.granted_by_type = terms.maker_type;
  assignment.granted_by = terms.maker;
  assignment.reason = "invitation";
  assignment.created_at = now;
  GH_TRY([[maybe_unused]] const bool added, tx.roles().put(assignment, now));
  GH_CHECK(record.audit(maker_of(terms), domain::audit_actions::kRoleAssigned, user.id,
                        {.reason = "invitation", .details = {{"role", role}}}));
  return record.event(domain::topics::kRoleAssigned, user.id,
                      {{"user_id", user.id.str()},
                       {"role", role},
                       {"by", terms.maker},
                       {"reason", "invitation"},
                       {"expires_at", nullptr}});
}

Result<> tell_others(Record& record, const domain::User& user) {
  GH_CHECK(record.audit(by_user(user.id), domain::audit_actions::kInvitationAccepted, user.id));
  return record.event(domain::topics::kUserSignedUp, user.id,
                      {{"user_id", user.id.str()},
                       {"email", user.email},
                       {"name", text_or_null(user.name)},
                       {"locale", text_or_null(user.locale)},
                       {"method", "invitation"},
                       {"client_id", "default"}});
}

}  // namespace

std::string invitation_payload(const std::vector<std::string>& roles, const Caller& maker) {
  return json::serialize(json::object{
      {"roles", text_array(roles)}, {"maker_type", domain::to_text(maker.audit_type())}, {"maker", maker.audit_id()}});
}

InvitationTerms invitation_terms(const std::string& payload) {
  InvitationTerms terms;
  boost::system::error_code error;
  const json::value parsed = json::parse(payload, error);
  const auto* object = error ? nullptr : parsed.if_object();
  if (object == nullptr) return terms;
  const auto text = [&](std::string_view name) {
    const auto* found = object->if_contains(name);
    return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
  };
  const auto type = domain::from_text<domain::ActorType>(text("maker_type"));
  if (!type) return terms;
  terms.maker_type = *type;
  terms.maker = text("maker");
  if (const auto* roles = object->if_contains("roles"); roles != nullptr && roles->is_array())
    for (const auto& role : roles->get_array())
      if (role.is_string()) terms.roles.emplace_back(role.get_string());
  return terms;
}

Result<> give_invited_roles(ports::Tx& tx, Record& record, const Dependencies& deps, const domain::User& user,
                            const InvitationTerms& terms, Timestamp now) {
  GH_TRY(const auto authority, authority_now(tx, deps, terms, now));
  for (const auto& role : terms.roles) {
    if (const auto may = domain::check_may_change_role(authority, user.id, {}, role, deps.settings.roles); may) {
      GH_CHECK(give_role(tx, record, user, terms, role, now));
    } else {
      GH_CHECK(record.audit(maker_of(terms), domain::audit_actions::kRoleAssigned, user.id,
                            {.outcome = domain::AuditOutcome::denied,
                             .reason = std::string(error_info(may.error().code).code),
                             .details = {{"role", role}}}));
    }
  }
  return {};
}

Result<domain::UserId> accept_invitation(const Dependencies& deps, const AcceptInvitationInput& input,
                                         const RequestInfo& request) {
  // Also for those mailed before the mode was changed.
  if (deps.settings.sign_up_mode == SignUpMode::closed) return fail(ErrorCode::sign_up_closed);
  if (input.name) GH_CHECK(domain::check_name(*input.name));
  const Timestamp asked_at = deps.clock.now();
  // Looked at before it is taken: a password that is refused must not spend the link.
  GH_TRY(const auto token, deps.store.read([&](ports::Tx& tx) {
    return look_at_mailed_token(tx, input.token, kInvitationPurpose, asked_at);
  }));
  GH_TRY(const auto password, accept_new_password(deps.settings, input.password, token.email_canonical, input.name));
  GH_TRY(const auto hash, deps.hasher.hash(password));

  const Timestamp now = deps.clock.now();
  GH_TRY(const auto user_id, deps.store.write([&](ports::Tx& tx) -> Result<domain::UserId> {
    Record record(tx, deps, request, now);
    GH_TRY(const auto taken, take_mailed_token(tx, input.token, kInvitationPurpose, now));
    if (!taken.user_id) return fail(ErrorCode::invalid_token);
    GH_TRY(auto found, tx.users().find(*taken.user_id));
    if (!found || !domain::may_hold_sessions(*found) || found->has_password() ||
        found->email_canonical != taken.email_canonical)
      return fail(ErrorCode::invalid_token);
    domain::User& user = *found;
    user.password_hash = hash;
    user.password_changed_at = now;
    user.email_verified_at = now;
    user.reset_required = false;
    if (input.name) user.name = input.name;
    ++user.credential_version;
    user.updated_at = now;
    GH_CHECK(tx.users().save(user));
    GH_CHECK(void_pending(tx, user.id));
    GH_TRY([[maybe_unused]] const int sign_ups, tx.pending_sign_ups().remove_all(user.email_canonical));
    GH_CHECK(tell_others(record, user));
    GH_CHECK(give_invited_roles(tx, record, deps, user, invitation_terms(taken.payload), now));
    GH_CHECK(note_user_changed(tx, user.id, now));
    return user.id;
  }));
  deps.session_map.drop_user(user_id);
  deps.wake();
  return user_id;
}

}  // namespace gatehouse::application
