#pragma once
// IdentityService: the whole of identity as one interface; the first header to read. Other domains know it as
// packages/contracts/api/identity.ts, method for method; over the network it is the HTTP surface (http/routes.cpp), in
// this process the class below. Every method is one use case (application/*.hpp), where its story and its errors stand.
//
// A Caller is who calls, proved: with_token() makes one of a session token, a service key or an access token, and
// nothing else does. A method that takes none is open to anybody. All methods block, and may be called on any thread.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "modules/identity/application/access_token.hpp"
#include "modules/identity/application/admin_recovery.hpp"
#include "modules/identity/application/admin_reports.hpp"
#include "modules/identity/application/admin_sessions.hpp"
#include "modules/identity/application/assign_role.hpp"
#include "modules/identity/application/authenticate.hpp"
#include "modules/identity/application/change_compliance.hpp"
#include "modules/identity/application/change_email.hpp"
#include "modules/identity/application/change_password.hpp"
#include "modules/identity/application/create_user.hpp"
#include "modules/identity/application/delete_user.hpp"
#include "modules/identity/application/enroll_totp.hpp"
#include "modules/identity/application/exchange_provider_code.hpp"
#include "modules/identity/application/forgot_password.hpp"
#include "modules/identity/application/invitation.hpp"
#include "modules/identity/application/list_users.hpp"
#include "modules/identity/application/my_accounts.hpp"
#include "modules/identity/application/my_factors.hpp"
#include "modules/identity/application/my_profile.hpp"
#include "modules/identity/application/my_sessions.hpp"
#include "modules/identity/application/native_sign_in.hpp"
#include "modules/identity/application/reauthenticate.hpp"
#include "modules/identity/application/reset_password.hpp"
#include "modules/identity/application/service_challenge.hpp"
#include "modules/identity/application/sign_in.hpp"
#include "modules/identity/application/sign_up.hpp"
#include "modules/identity/application/start_provider_flow.hpp"
#include "modules/identity/application/update_user.hpp"
#include "modules/identity/application/verify_mfa.hpp"

namespace gatehouse::application {

/// Where a role comes from, as the configuration has it.
struct RoleDefinition {
  domain::RoleDeclaration declared;
  std::vector<std::string> effective_permissions;
};

class IdentityService {
 public:
  explicit IdentityService(const Dependencies& deps) : deps_(deps), authenticator_(deps) {}

  // -- the domain's own seven
  // ------------------------------------------------------------------------------------------
  /// Nothing where the token is not, or no longer, a session's.
  Result<std::optional<domain::Actor>> get_actor_by_session_token(std::string_view token);
  Result<SignInOutcome> sign_in_with_credentials(const SignInInput& input, const RequestInfo& request);
  /// Asks for proof of a user, for a purpose of the asking domain: the challenge's id, `gthc_…`.
  Result<Secret<std::string>> initiate_mfa_challenge(const Caller& service, const ChallengeWanted& wanted,
                                                     const RequestInfo& request);
  Result<MfaResult> verify_mfa(const VerifyMfaInput& input, const RequestInfo& request);
  Result<domain::RoleAssignment> assign_role(const Caller& caller, const domain::UserId& user, const RoleGrant& grant,
                                             const RequestInfo& request);
  Result<std::vector<domain::Session>> list_user_sessions(const Caller& caller, const domain::UserId& user);
  Result<> revoke_session(const Caller& caller, const domain::SessionId& session,
                          const std::optional<std::string>& reason, const RequestInfo& request);

  // -- signing in
  // ------------------------------------------------------------------------------------------------------
  Result<> sign_up(const SignUpInput& input, const RequestInfo& request);
  Result<domain::UserId> verify_email(std::string_view token, const RequestInfo& request);
  Result<> resend_verification(const std::string& email, const RequestInfo& request);
  Result<ChallengeIssued> create_challenge(const Caller& service, const ChallengeWanted& wanted,
                                           const RequestInfo& request);
  Result<ServiceChallenge> get_challenge(const Caller& service, const std::string& challenge_id);
  Result<> forgot_password(const ForgotPasswordInput& input, const RequestInfo& request);
  Result<> reset_password(const ResetPasswordInput& input, const RequestInfo& request);
  Result<> confirm_email_change(const std::string& token, const RequestInfo& request);
  Result<> undo_email_change(const std::string& token, const RequestInfo& request);
  Result<domain::UserId> accept_invitation(const AcceptInvitationInput& input, const RequestInfo& request);
  Result<> report_not_me(const std::string& token, const RequestInfo& request);
  Result<> cancel_deletion(const std::string& token, const RequestInfo& request);

  // -- signing in with a provider
  // --------------------------------------------------------------------------------------
  /// Those that are configured, in the order in which they are shown.
  std::vector<ports::ProviderFacts> list_providers();
  /// A link to start with; `caller` for link and reauthenticate, nullptr for a sign-in.
  Result<std::string> authorize_with_provider(const AuthorizeInput& input, const Caller* caller,
                                              const RequestInfo& request);
  Result<ExchangeOutcome> exchange_provider_code(const ExchangeInput& input, const Caller* caller,
                                                 const RequestInfo& request);
  Result<std::string> create_provider_nonce(const std::string& provider, const std::string& client_id,
                                            const RequestInfo& request);
  Result<SignInOutcome> sign_in_with_id_token(const NativeSignInInput& input, const RequestInfo& request);

  // -- the session
  // -----------------------------------------------------------------------------------------------------
  Result<> sign_out(const Caller& caller, const RequestInfo& request);
  Result<SignedIn> reauthenticate(const Caller& caller, const ReauthenticateInput& input, const RequestInfo& request);
  Result<AccessToken> create_token(const Caller& caller, const std::optional<std::string>& audience);
  Result<AccessToken> create_service_token(const Caller& service, const std::optional<std::string>& audience);

  // -- me
  // --------------------------------------------------------------------------------------------------------------
  Result<UserView> get_me(const Caller& caller);
  Result<UserView> update_me(const Caller& caller, const ProfileChange& change, const ExpectedVersion& expected,
                             const RequestInfo& request);
  Result<> delete_me(const Caller& caller, const RequestInfo& request);
  Result<boost::json::object> export_me(const Caller& caller, const RequestInfo& request);
  Result<std::vector<domain::Session>> list_my_sessions(const Caller& caller);
  Result<> revoke_my_session(const Caller& caller, const domain::SessionId& session, const RequestInfo& request);
  Result<> revoke_my_sessions(const Caller& caller, SessionScope scope, const RequestInfo& request);
  Result<> change_my_email(const Caller& caller, const std::string& email, const RequestInfo& request);
  Result<> change_my_password(const Caller& caller, const ChangePasswordInput& input, const RequestInfo& request);
  Result<std::vector<domain::Account>> list_my_accounts(const Caller& caller);
  Result<> unlink_my_account(const Caller& caller, const domain::AccountId& account, const RequestInfo& request);
  Result<FactorStatus> get_my_mfa(const Caller& caller);
  Result<TotpEnrollment> enroll_totp(const Caller& caller, const RequestInfo& request);
  Result<TotpConfirmed> confirm_totp(const Caller& caller, const Secret<std::string>& code, const RequestInfo& request);
  Result<> remove_totp(const Caller& caller, const RequestInfo& request);
  Result<std::vector<Secret<std::string>>> create_backup_codes(const Caller& caller, const RequestInfo& request);

  // -- admin
  // -----------------------------------------------------------------------------------------------------------
  Result<UserList> list_users(const Caller& caller, const UserQuery& query, const ports::PageRequest& page);
  Result<AdminUser> create_user(const Caller& caller, const CreateUserInput& input, const RequestInfo& request);
  Result<AdminUser> get_user(const Caller& caller, const domain::UserId& user);
  Result<AdminUser> update_user(const Caller& caller, const domain::UserId& user, const UserPatch& patch,
                                const ExpectedVersion& expected, const RequestInfo& request);
  Result<> delete_user(const Caller& caller, const domain::UserId& user, const std::optional<std::string>& reason,
                       const ExpectedVersion& expected, const RequestInfo& request);
  Result<std::vector<domain::RoleAssignment>> list_user_roles(const Caller& caller, const domain::UserId& user);
  Result<> revoke_role(const Caller& caller, const domain::UserId& user, const std::string& role,
                       const std::optional<std::string>& reason, const RequestInfo& request);
  /// How many there were.
  Result<int> revoke_user_sessions(const Caller& caller, const domain::UserId& user,
                                   const std::optional<std::string>& reason, const RequestInfo& request);
  Result<std::vector<domain::Account>> list_user_accounts(const Caller& caller, const domain::UserId& user);
  Result<> start_password_reset(const Caller& caller, const domain::UserId& user, const std::string& reason,
                                const RequestInfo& request);
  Result<> reset_user_mfa(const Caller& caller, const domain::UserId& user, const std::string& reason,
                          const RequestInfo& request);
  Result<> unlock_user(const Caller& caller, const domain::UserId& user, const std::string& reason,
                       const RequestInfo& request);
  Result<ComplianceState> update_compliance(const Caller& caller, const domain::UserId& user,
                                            const ComplianceInput& input, const ExpectedVersion& expected,
                                            const RequestInfo& request);
  Result<Listing<domain::AuditEntry>> list_audit(const Caller& caller, const ports::AuditFilter& filter,
                                                 const ports::PageRequest& page);
  Result<Listing<domain::LoginAttempt>> list_login_attempts(const Caller& caller, const AttemptQuery& query,
                                                            const ports::PageRequest& page);
  Result<Listing<domain::MailMessage>> list_mails(const Caller& caller, const ports::MailFilter& filter,
                                                  const ports::PageRequest& page);
  std::vector<RoleDefinition> list_roles();
  Result<Stats> get_stats(const Caller& caller);

  // -- platform
  // --------------------------------------------------------------------------------------------------------
  Result<boost::json::object> introspect(const Caller& service, std::string_view token);
  /// Endings of sessions after a sequence, oldest first.
  Result<std::vector<ports::Invalidation>> list_revocations(std::int64_t after, int limit);
  /// Events after a sequence, oldest first; an empty topic means all.
  Result<std::vector<domain::OutboxEvent>> list_events(std::int64_t after, const std::string& topic, int limit);
  /// RFC 7517, as JSON text.
  std::string get_jwks();
  /// RFC 8414.
  boost::json::object get_metadata();

  /// Who the token stands for. Returns `no_session`, `invalid_service_key` or `wrong_token_type`.
  Result<Caller> with_token(std::string_view token);

 private:
  const Dependencies& deps_;
  Authenticator authenticator_;
};

}  // namespace gatehouse::application
