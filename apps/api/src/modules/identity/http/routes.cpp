#include "modules/identity/http/routes.hpp"

#include "domain/identity/permissions.hpp"
#include "modules/identity/http/guard.hpp"
#include "modules/identity/http/stories/account_stories.hpp"
#include "modules/identity/http/stories/admin_stories.hpp"
#include "modules/identity/http/stories/page_stories.hpp"
#include "modules/identity/http/stories/platform_stories.hpp"
#include "modules/identity/http/stories/provider_stories.hpp"
#include "modules/identity/http/stories/service_stories.hpp"
#include "modules/identity/http/stories/session_stories.hpp"

namespace gatehouse::http {
namespace {

using enum server::Lane;
using namespace domain::permissions;
constexpr std::string_view kMergePatch = "application/json, application/merge-patch+json";
constexpr std::string_view kForAnHour = "public, max-age=3600";
constexpr std::string_view kKeysMaxAge = "public, max-age=300";

}  // namespace

// lint: long because the table of all calls is read on one screen.
// clang-format off
std::vector<Row> main_rows(bool development) {
  std::vector<Row> rows = {
      // signing up and in
      open("POST",    "/v1/sign-up",                 hash,  sign_up),
      open("POST",    "/v1/email/verify",            store, verify_email),
      open("POST",    "/v1/email/verify/resend",     store, resend_verification),
      open("POST",    "/v1/sign-in",                 hash,  sign_in),
      service("POST", "/v1/mfa/challenges",          kMfaChallenge, store, create_challenge),
      service("GET",  "/v1/mfa/challenges/{challenge_id}", kMfaChallenge, store, get_challenge),
      open("POST",    "/v1/mfa/challenges/{challenge_id}/verify", hash, verify_challenge),
      open("POST",    "/v1/password/forgot",         store, forgot_password),
      open("POST",    "/v1/password/reset",          hash,  reset_password),
      open("POST",    "/v1/email/change/confirm",    store, confirm_email_change),
      open("POST",    "/v1/email/change/undo",       store, undo_email_change),
      open("POST",    "/v1/invitations/accept",      hash,  accept_invitation),
      open("POST",    "/v1/not-me",                  store, report_not_me),
      open("POST",    "/v1/deletion/cancel",         store, cancel_deletion),

      // signing in with a provider
      open("GET",     "/v1/oauth/providers",              edge,     list_providers),
      open("GET",     "/v1/oauth/{provider}/start",       provider, start_provider_sign_in),
      open("GET",     "/v1/oauth/{provider}/callback",    provider, finish_provider_sign_in),
      open("POST",    "/v1/oauth/{provider}/callback",    provider, finish_provider_sign_in_by_form).taking(server::kForm),
      open("POST",    "/v1/oauth/{provider}/authorize",   store,    authorize_with_provider),
      open("POST",    "/v1/oauth/exchange",               store,    exchange_provider_code),
      open("POST",    "/v1/oauth/{provider}/nonce",       store,    create_provider_nonce),
      open("POST",    "/v1/oauth/{provider}/id-token",    provider, sign_in_with_id_token),

      // the session, and what it is exchanged for
      reader("GET",     "/v1/session",               store, session_check).answered_fast(session_check_fast).answered_later(session_check_later),
      session("DELETE", "/v1/session",               store, sign_out),
      session("POST",   "/v1/sign-out",              store, sign_out),
      session("POST",   "/v1/reauthenticate",        hash,  reauthenticate),
      open("POST",      "/v1/token",                 upstream, token).taking(server::kJsonOrForm),

      // me (the two that enrol also take an enrolment token, so they prove their callers themselves)
      reader("GET",     "/v1/me",                    store, get_me),
      session("PATCH",  "/v1/me",                    store, patch_me).taking(kMergePatch),
      step_up("DELETE", "/v1/me",                    store, delete_me),
      session("GET",    "/v1/me/export",             store, export_me),
      step_up("POST",   "/v1/me/email",              store, change_my_email),
      step_up("POST",   "/v1/me/password",           hash,  change_my_password),
      session("GET",    "/v1/me/mfa",                store, my_mfa),
      open("POST",      "/v1/me/mfa/totp",           store, enroll_totp),
      open("POST",      "/v1/me/mfa/totp/confirm",   hash,  confirm_totp),
      step_up("DELETE", "/v1/me/mfa/totp",           store, remove_totp),
      step_up("POST",   "/v1/me/mfa/backup-codes",   hash,  create_backup_codes),
      session("GET",    "/v1/me/accounts",           store, list_my_accounts),
      step_up("DELETE", "/v1/me/accounts/{account_id}",      store, unlink_my_account),
      reader("GET",     "/v1/me/sessions",           store, list_my_sessions),
      session("DELETE", "/v1/me/sessions",           store, end_my_sessions),
      session("DELETE", "/v1/me/sessions/{session_id}",      store, end_my_session),

      // staff, and services with their permissions
      staff("GET",    "/v1/admin/users",                           kUsersRead,       store, list_users),
      staff("POST",   "/v1/admin/users",                           kUsersWrite,      store, create_user).once_per_key(),
      staff("GET",    "/v1/admin/users/{user_id}",                 kUsersRead,       store, get_user),
      staff("PATCH",  "/v1/admin/users/{user_id}",                 kUsersWrite,      store, update_user).taking(kMergePatch),
      staff("DELETE", "/v1/admin/users/{user_id}",                 kUsersDelete,     store, delete_user),
      staff("GET",    "/v1/admin/users/{user_id}/roles",           kUsersRead,       store, list_user_roles),
      staff("POST",   "/v1/admin/users/{user_id}/roles",           kRolesAssign,     store, assign_role).recently_proved().once_per_key(),
      staff("DELETE", "/v1/admin/users/{user_id}/roles/{role}",    kRolesAssign,     store, revoke_role).recently_proved(),
      staff("GET",    "/v1/admin/users/{user_id}/sessions",        kUsersRead,       store, list_user_sessions),
      staff("DELETE", "/v1/admin/users/{user_id}/sessions",        kSessionsRevoke,  store, revoke_user_sessions),
      staff("GET",    "/v1/admin/users/{user_id}/accounts",        kUsersRead,       store, list_user_accounts),
      staff("POST",   "/v1/admin/users/{user_id}/password-reset",  kRecoveryStart,   store, start_password_reset).once_per_key(),
      staff("POST",   "/v1/admin/users/{user_id}/mfa-reset",       kRecoveryStart,   store, reset_user_mfa).once_per_key(),
      staff("POST",   "/v1/admin/users/{user_id}/unlock",          kRecoveryStart,   store, unlock_user).once_per_key(),
      staff("PATCH",  "/v1/admin/users/{user_id}/compliance",      kComplianceWrite, store, update_compliance).taking(kMergePatch),
      staff("DELETE", "/v1/admin/sessions/{session_id}",           kSessionsRevoke,  store, revoke_session),
      staff("GET",    "/v1/admin/audit",                           kAuditRead,       store, list_audit),
      staff("GET",    "/v1/admin/login-attempts",                  kAuditRead,       store, list_login_attempts),
      staff("GET",    "/v1/admin/mails",                           kUsersRead,       store, list_mails),
      staff("GET",    "/v1/admin/roles",                           kUsersRead,       store, list_roles),
      staff("GET",    "/v1/admin/stats",                           kUsersRead,       store, get_stats),

      // what the platform's services follow and ask
      service("POST", "/v1/introspect",              kIntrospect,      store, introspect).taking(server::kJsonOrForm),
      service("GET",  "/v1/revocations",             kRevocationsRead, store, list_revocations),
      service("GET",  "/v1/events",                  kEventsRead,      store, list_events),
      open("POST",    "/v1/webhooks/resend",         store, receive_mail_report),

      // pages that mailed links and providers lead to, where the platform has none of its own
      open("GET", "/verify-email",                           edge, verify_email_page),
      open("GET", "/reset-password",                         edge, reset_password_page),
      open("GET", "/accept-invitation",                      edge, accept_invitation_page),
      open("GET", "/confirm-email",                          edge, confirm_email_page),
      open("GET", "/undo-email",                             edge, undo_email_page),
      open("GET", "/not-me",                                 edge, not_me_page),
      open("GET", "/cancel-deletion",                        edge, cancel_deletion_page),
      open("GET", "/sign-in",                                edge, sign_in_page),
      open("GET", "/",                                       edge, front_door),
      open("GET", "/mfa",                                    edge, mfa_page),
      open("GET", "/error",                                  edge, error_page_for_people),

      // what the service says of itself
      open("GET", "/.well-known/jwks.json",                  edge, jwks).cached(kKeysMaxAge).from_anywhere(),
      open("GET", "/.well-known/oauth-authorization-server", edge, server_metadata).cached(kForAnHour).from_anywhere(),
      open("GET", "/v1/openapi.json",                        edge, openapi).cached(kForAnHour).from_anywhere(),
      open("GET", "/v1/errors/{code}",                       edge, error_page).cached(kForAnHour).from_anywhere(),
      open("GET", "/healthz",                                edge, healthz).at_root(),
      open("GET", "/readyz",                                 store, readyz).at_root(),
  };
  if (development) {
    const std::vector<Row> more = {
        open("GET",    "/dev/mailbox", store, dev_mailbox).in_development(),
        open("DELETE", "/dev/mailbox", store, dev_clear_mailbox).in_development(),
        open("POST",   "/dev/users",   hash,  dev_create_user).in_development(),
        open("POST",   "/dev/clock",   store, dev_clock).in_development(),
        open("POST",   "/dev/reset",   store, dev_reset).in_development(),
    };
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

std::vector<Row> ops_rows() {
  return {
      open("GET", "/healthz", edge,  healthz).at_root(),
      open("GET", "/readyz",  store, readyz_in_detail).at_root(),
      open("GET", "/metrics", store, metrics).at_root(),
  };
}
// clang-format on

std::vector<server::Route> make_routes(const Api& api, const std::vector<Row>& rows) {
  std::vector<server::Route> routes;
  routes.reserve(rows.size());
  for (const Row& row : rows) routes.push_back(guarded(api, row));
  return routes;
}

}  // namespace gatehouse::http
