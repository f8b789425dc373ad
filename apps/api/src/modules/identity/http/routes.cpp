#include "modules/identity/http/routes.hpp"

#include "modules/identity/http/guard.hpp"
#include "modules/identity/http/stories/service_stories.hpp"
#include "modules/identity/http/stories/session_stories.hpp"

namespace gatehouse::http {
namespace {

using enum server::Lane;
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

      // the session, and what it is exchanged for
      reader("GET",     "/v1/session",               store, session_check).answered_fast(session_check_fast),
      session("DELETE", "/v1/session",               store, sign_out),
      session("POST",   "/v1/sign-out",              store, sign_out),
      open("POST",      "/v1/token",                 upstream, token).taking(server::kJsonOrForm),

      // me
      reader("GET",     "/v1/me/sessions",           store, list_my_sessions),
      session("DELETE", "/v1/me/sessions",           store, end_my_sessions),
      session("DELETE", "/v1/me/sessions/{session_id}",      store, end_my_session),

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
