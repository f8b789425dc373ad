#include "modules/identity/identity_service.hpp"

#include "auth/token.hpp"
#include "modules/identity/application/export_me.hpp"
#include "modules/identity/application/feeds.hpp"
#include "modules/identity/application/introspect.hpp"
#include "modules/identity/application/not_me.hpp"
#include "modules/identity/application/server_metadata.hpp"

namespace gatehouse::application {

Result<std::optional<domain::Actor>> IdentityService::get_actor_by_session_token(std::string_view token) {
  const auto found = authenticator_.snapshot(token);
  if (found) return std::optional((*found)->actor);
  if (error_info(found.error().code).status == 401) return std::optional<domain::Actor>();
  return fail(found.error());
}
Result<SignInOutcome> IdentityService::sign_in_with_credentials(const SignInInput& input, const RequestInfo& request) {
  return application::sign_in(deps_, input, request);
}
Result<Secret<std::string>> IdentityService::initiate_mfa_challenge(const Caller& service,
                                                                    const ChallengeWanted& wanted,
                                                                    const RequestInfo& request) {
  GH_TRY(auto issued, create_challenge(service, wanted, request));
  return std::move(issued.id);
}
Result<MfaResult> IdentityService::verify_mfa(const VerifyMfaInput& input, const RequestInfo& request) {
  return application::verify_mfa(deps_, input, request);
}
Result<domain::RoleAssignment> IdentityService::assign_role(const Caller& caller, const domain::UserId& user,
                                                            const RoleGrant& grant, const RequestInfo& request) {
  return application::assign_role(deps_, caller, user, grant, request);
}
Result<std::vector<domain::Session>> IdentityService::list_user_sessions(const Caller& caller,
                                                                         const domain::UserId& user) {
  return application::list_user_sessions(deps_, caller, user);
}
Result<> IdentityService::revoke_session(const Caller& caller, const domain::SessionId& session,
                                         const std::optional<std::string>& reason, const RequestInfo& request) {
  return application::revoke_session(deps_, caller, session, reason, request);
}

Result<> IdentityService::sign_up(const SignUpInput& input, const RequestInfo& request) {
  return application::sign_up(deps_, input, request);
}
Result<domain::UserId> IdentityService::verify_email(std::string_view token, const RequestInfo& request) {
  return application::verify_email(deps_, token, request);
}
Result<> IdentityService::resend_verification(const std::string& email, const RequestInfo& request) {
  return application::resend_verification(deps_, email, request);
}
Result<ChallengeIssued> IdentityService::create_challenge(const Caller& service, const ChallengeWanted& wanted,
                                                          const RequestInfo& request) {
  return application::create_service_challenge(deps_, service, wanted, request);
}
Result<ServiceChallenge> IdentityService::get_challenge(const Caller& service, const std::string& challenge_id) {
  return application::find_service_challenge(deps_, service, challenge_id);
}
Result<> IdentityService::forgot_password(const ForgotPasswordInput& input, const RequestInfo& request) {
  return application::forgot_password(deps_, input, request);
}
Result<> IdentityService::reset_password(const ResetPasswordInput& input, const RequestInfo& request) {
  return application::reset_password(deps_, input, request);
}
Result<> IdentityService::confirm_email_change(const std::string& token, const RequestInfo& request) {
  return application::confirm_email_change(deps_, token, request);
}
Result<> IdentityService::undo_email_change(const std::string& token, const RequestInfo& request) {
  return application::undo_email_change(deps_, token, request);
}
std::vector<ports::ProviderFacts> IdentityService::list_providers() {
  std::vector<ports::ProviderFacts> facts;
  for (const auto* provider : deps_.providers.list()) facts.push_back(provider->facts());
  return facts;
}
Result<std::string> IdentityService::authorize_with_provider(const AuthorizeInput& input, const Caller* caller,
                                                             const RequestInfo& request) {
  return application::authorize_with_provider(deps_, input, caller, request);
}
Result<ExchangeOutcome> IdentityService::exchange_provider_code(const ExchangeInput& input, const Caller* caller,
                                                                const RequestInfo& request) {
  return application::exchange_provider_code(deps_, input, caller, request);
}
Result<std::string> IdentityService::create_provider_nonce(const std::string& provider, const std::string& client_id,
                                                           const RequestInfo& request) {
  return application::create_provider_nonce(deps_, provider, client_id, request);
}
Result<SignInOutcome> IdentityService::sign_in_with_id_token(const NativeSignInInput& input,
                                                             const RequestInfo& request) {
  return application::sign_in_with_id_token(deps_, input, request);
}
Result<domain::UserId> IdentityService::accept_invitation(const AcceptInvitationInput& input,
                                                          const RequestInfo& request) {
  return application::accept_invitation(deps_, input, request);
}
Result<> IdentityService::report_not_me(const std::string& token, const RequestInfo& request) {
  return application::report_not_me(deps_, token, request);
}
Result<> IdentityService::cancel_deletion(const std::string& token, const RequestInfo& request) {
  return application::cancel_deletion(deps_, token, request);
}

Result<> IdentityService::sign_out(const Caller& caller, const RequestInfo& request) {
  return application::sign_out(deps_, caller, request);
}
Result<SignedIn> IdentityService::reauthenticate(const Caller& caller, const ReauthenticateInput& input,
                                                 const RequestInfo& request) {
  return application::reauthenticate(deps_, caller, input, request);
}
Result<AccessToken> IdentityService::create_token(const Caller& caller, const std::optional<std::string>& audience) {
  return application::mint_access_token(deps_, caller, audience);
}
Result<AccessToken> IdentityService::create_service_token(const Caller& service,
                                                          const std::optional<std::string>& audience) {
  return application::mint_service_token(deps_, service, audience);
}

Result<UserView> IdentityService::get_me(const Caller& caller) { return application::my_profile(deps_, caller); }
Result<UserView> IdentityService::update_me(const Caller& caller, const ProfileChange& change,
                                            const ExpectedVersion& expected, const RequestInfo& request) {
  return application::change_my_profile(deps_, caller, change, expected, request);
}
Result<> IdentityService::delete_me(const Caller& caller, const RequestInfo& request) {
  return application::delete_me(deps_, caller, request);
}
Result<boost::json::object> IdentityService::export_me(const Caller& caller, const RequestInfo& request) {
  return application::export_me(deps_, caller, request);
}
Result<std::vector<domain::Session>> IdentityService::list_my_sessions(const Caller& caller) {
  return application::list_my_sessions(deps_, caller);
}
Result<> IdentityService::revoke_my_session(const Caller& caller, const domain::SessionId& session,
                                            const RequestInfo& request) {
  return application::end_my_session(deps_, caller, session, request);
}
Result<> IdentityService::revoke_my_sessions(const Caller& caller, SessionScope scope, const RequestInfo& request) {
  return application::end_my_sessions(deps_, caller, scope, request);
}
Result<> IdentityService::change_my_email(const Caller& caller, const std::string& email, const RequestInfo& request) {
  return application::request_email_change(deps_, caller, email, request);
}
Result<> IdentityService::change_my_password(const Caller& caller, const ChangePasswordInput& input,
                                             const RequestInfo& request) {
  return application::change_password(deps_, caller, input, request);
}
Result<std::vector<domain::Account>> IdentityService::list_my_accounts(const Caller& caller) {
  return application::my_accounts(deps_, caller);
}
Result<> IdentityService::unlink_my_account(const Caller& caller, const domain::AccountId& account,
                                            const RequestInfo& request) {
  return application::unlink_my_account(deps_, caller, account, request);
}
Result<FactorStatus> IdentityService::get_my_mfa(const Caller& caller) {
  return application::my_factors(deps_, caller);
}
Result<TotpEnrollment> IdentityService::enroll_totp(const Caller& caller, const RequestInfo& request) {
  return application::begin_totp(deps_, caller, request);
}
Result<TotpConfirmed> IdentityService::confirm_totp(const Caller& caller, const Secret<std::string>& code,
                                                    const RequestInfo& request) {
  return application::confirm_totp(deps_, caller, code, request);
}
Result<> IdentityService::remove_totp(const Caller& caller, const RequestInfo& request) {
  return application::remove_totp(deps_, caller, request);
}
Result<std::vector<Secret<std::string>>> IdentityService::create_backup_codes(const Caller& caller,
                                                                              const RequestInfo& request) {
  return application::renew_backup_codes(deps_, caller, request);
}

Result<UserList> IdentityService::list_users(const Caller& caller, const UserQuery& query,
                                             const ports::PageRequest& page) {
  return application::list_users(deps_, caller, query, page);
}
Result<AdminUser> IdentityService::create_user(const Caller& caller, const CreateUserInput& input,
                                               const RequestInfo& request) {
  return application::create_user(deps_, caller, input, request);
}
Result<AdminUser> IdentityService::get_user(const Caller& caller, const domain::UserId& user) {
  return application::get_user(deps_, caller, user);
}
Result<AdminUser> IdentityService::update_user(const Caller& caller, const domain::UserId& user, const UserPatch& patch,
                                               const ExpectedVersion& expected, const RequestInfo& request) {
  return application::update_user(deps_, caller, user, patch, expected, request);
}
Result<> IdentityService::delete_user(const Caller& caller, const domain::UserId& user,
                                      const std::optional<std::string>& reason, const ExpectedVersion& expected,
                                      const RequestInfo& request) {
  return application::delete_user(deps_, caller, user, reason, expected, request);
}
Result<std::vector<domain::RoleAssignment>> IdentityService::list_user_roles(const Caller& caller,
                                                                             const domain::UserId& user) {
  return application::list_user_roles(deps_, caller, user);
}
Result<> IdentityService::revoke_role(const Caller& caller, const domain::UserId& user, const std::string& role,
                                      const std::optional<std::string>& reason, const RequestInfo& request) {
  return application::revoke_role(deps_, caller, user, role, reason, request);
}
Result<int> IdentityService::revoke_user_sessions(const Caller& caller, const domain::UserId& user,
                                                  const std::optional<std::string>& reason,
                                                  const RequestInfo& request) {
  return application::revoke_user_sessions(deps_, caller, user, reason, request);
}
Result<std::vector<domain::Account>> IdentityService::list_user_accounts(const Caller& caller,
                                                                         const domain::UserId& user) {
  return application::list_user_accounts(deps_, caller, user);
}
Result<> IdentityService::start_password_reset(const Caller& caller, const domain::UserId& user,
                                               const std::string& reason, const RequestInfo& request) {
  return application::start_password_reset(deps_, caller, user, reason, request);
}
Result<> IdentityService::reset_user_mfa(const Caller& caller, const domain::UserId& user, const std::string& reason,
                                         const RequestInfo& request) {
  return application::reset_user_mfa(deps_, caller, user, reason, request);
}
Result<> IdentityService::unlock_user(const Caller& caller, const domain::UserId& user, const std::string& reason,
                                      const RequestInfo& request) {
  return application::unlock_user(deps_, caller, user, reason, request);
}
Result<ComplianceState> IdentityService::update_compliance(const Caller& caller, const domain::UserId& user,
                                                           const ComplianceInput& input,
                                                           const ExpectedVersion& expected,
                                                           const RequestInfo& request) {
  return application::change_compliance(deps_, caller, user, input, expected, request);
}
Result<Listing<domain::AuditEntry>> IdentityService::list_audit(const Caller& caller, const ports::AuditFilter& filter,
                                                                const ports::PageRequest& page) {
  return application::list_audit(deps_, caller, filter, page);
}
Result<Listing<domain::LoginAttempt>> IdentityService::list_login_attempts(const Caller& caller,
                                                                           const AttemptQuery& query,
                                                                           const ports::PageRequest& page) {
  return application::list_login_attempts(deps_, caller, query, page);
}
Result<Listing<domain::MailMessage>> IdentityService::list_mails(const Caller& caller, const ports::MailFilter& filter,
                                                                 const ports::PageRequest& page) {
  return application::list_mails(deps_, caller, filter, page);
}
std::vector<RoleDefinition> IdentityService::list_roles() {
  std::vector<RoleDefinition> roles;
  for (const auto& name : deps_.settings.roles.names())
    roles.push_back({*deps_.settings.roles.find(name), deps_.settings.roles.permissions_of(name)});
  return roles;
}
Result<Stats> IdentityService::get_stats(const Caller& caller) { return application::read_stats(deps_, caller); }

Result<boost::json::object> IdentityService::introspect(const Caller& service, std::string_view token) {
  return application::introspect(deps_, service, token);
}
Result<std::vector<ports::Invalidation>> IdentityService::list_revocations(std::int64_t after, int limit) {
  return application::read_revocations(deps_, after, limit);
}
Result<std::vector<domain::OutboxEvent>> IdentityService::list_events(std::int64_t after, const std::string& topic,
                                                                      int limit) {
  return application::read_events(deps_, after, topic, limit);
}
std::string IdentityService::get_jwks() { return deps_.signer.jwks_json(deps_.clock.now()); }
boost::json::object IdentityService::get_metadata() { return application::server_metadata(deps_.settings); }

Result<Caller> IdentityService::with_token(std::string_view token) {
  const auto kind = auth::token_kind(token);
  if (!kind) return authenticator_.access_token(token);
  return *kind == auth::TokenKind::service ? authenticator_.service(token) : authenticator_.session(token);
}

}  // namespace gatehouse::application
