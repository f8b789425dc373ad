#include "modules/identity/application/take_over.hpp"

#include "domain/identity/profile_policy.hpp"
#include "modules/identity/application/end_sessions.hpp"
#include "modules/identity/application/invitation.hpp"

namespace gatehouse::application {
namespace {

Result<> remove_ways_in(ports::Tx& tx, Record& record, const domain::User& user) {
  const auto by = by_user(user.id);
  GH_TRY(const auto accounts, tx.accounts().list(user.id));
  for (const auto& account : accounts) {
    GH_TRY([[maybe_unused]] const bool removed, remove_account(tx, record, account, by));
  }
  GH_TRY([[maybe_unused]] const bool had_app, tx.factors().remove_totp(user.id));
  GH_CHECK(tx.factors().remove_backup_codes(user.id));
  GH_CHECK(tx.factors().clear_counter(user.id, domain::FactorKind::totp));
  GH_CHECK(tx.factors().clear_counter(user.id, domain::FactorKind::backup_code));
  GH_TRY([[maybe_unused]] const int devices, tx.devices().remove_for_user(user.id));
  GH_TRY([[maybe_unused]] const int challenges, tx.challenges().remove_for_user(user.id));
  GH_TRY([[maybe_unused]] const int tokens, tx.verification_tokens().remove_for_user(user.id, {}));
  return {};
}

}  // namespace

Result<> end_pending_sign_ups(ports::Tx& tx, const std::string& email_canonical) {
  GH_TRY([[maybe_unused]] const int sign_ups, tx.pending_sign_ups().remove_all(email_canonical));
  GH_TRY([[maybe_unused]] const int tokens,
         tx.verification_tokens().remove_for_email(email_canonical, domain::TokenPurpose::verify_email));
  return {};
}

void take_profile(domain::User& user, const ports::ProviderIdentity& identity,
                  const std::optional<std::string>& given_name) {
  const auto& name = identity.name ? identity.name : given_name;
  user.name = name && domain::check_name(*name) ? name : std::nullopt;
  user.picture = identity.picture && domain::check_picture(*identity.picture) ? identity.picture : std::nullopt;
  user.locale = identity.locale && domain::check_locale(*identity.locale) ? identity.locale : std::nullopt;
}

Result<> take_over(ports::Tx& tx, Record& record, const Dependencies& deps, domain::User& user, Timestamp now) {
  GH_TRY(const auto invitation, tx.verification_tokens().newest(user.id, domain::TokenPurpose::accept_invitation, now));
  GH_TRY([[maybe_unused]] const int ended, end_all_sessions(tx, record, deps, user.id, std::nullopt,
                                                            {by_user(user.id), domain::RevocationReason::owner}, now));
  GH_CHECK(remove_ways_in(tx, record, user));
  GH_CHECK(end_pending_sign_ups(tx, user.email_canonical));
  user.password_hash.reset();
  user.password_changed_at.reset();
  user.password_exposed = false;
  user.reset_required = false;
  user.reset_guard_until.reset();
  user.email_verified_at = now;
  user.last_sign_in_at.reset();
  ++user.credential_version;
  user.updated_at = now;
  GH_CHECK(tx.users().save(user));
  GH_CHECK(record.audit(by_user(user.id), domain::audit_actions::kEmailVerified, user.id, {.reason = "take_over"}));
  if (invitation) {
    GH_CHECK(record.audit(by_user(user.id), domain::audit_actions::kInvitationAccepted, user.id));
    GH_CHECK(give_invited_roles(tx, record, deps, user, invitation_terms(invitation->payload), now));
  }
  return {};
}

}  // namespace gatehouse::application
