#include "modules/identity/http/routes.hpp"

#include "domain/identity/permissions.hpp"
#include "modules/identity/http/guard.hpp"
#include "modules/identity/http/stories/account_stories.hpp"
#include "modules/identity/http/stories/page_stories.hpp"
#include "modules/identity/http/stories/service_stories.hpp"
#include "modules/identity/http/stories/session_stories.hpp"

namespace gatehouse::http {
namespace {

using enum server::Lane;
constexpr std::string_view kMfaChallenge = domain::permissions::kMfaChallenge;
constexpr std::string_view kMergePatch = "application/json, application/merge-patch+json";
constexpr std::string_view kForAnHour = "public, max-age=3600";
constexpr std::string_view kKeysMaxAge = "public, max-age=300";

}  // namespace

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

      // the session, and what it is exchanged for
      reader("GET",     "/v1/session",               store, session_check).answered_fast(session_check_fast),
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
      reader("GET",     "/v1/me/sessions",           store, list_my_sessions),
      session("DELETE", "/v1/me/sessions",           store, end_my_sessions),
      session("DELETE", "/v1/me/sessions/{session_id}",      store, end_my_session),

      // pages that mailed links and providers lead to, where the platform has none of its own
      open("GET", "/verify-email",                           edge, verify_email_page),
      open("GET", "/reset-password",                         edge, reset_password_page),
      open("GET", "/accept-invitation",                      edge, accept_invitation_page),
      open("GET", "/confirm-email",                          edge, confirm_email_page),
      open("GET", "/undo-email",                             edge, undo_email_page),
      open("GET", "/not-me",                                 edge, not_me_page),
      open("GET", "/cancel-deletion",                        edge, cancel_deletion_page),
      open("GET", "/sign-in",                                edge, sign_in_page),
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
