#include "modules/identity/http/cookies.hpp"

#include "auth/cookie.hpp"
#include "domain/identity/oauth_ticket.hpp"

namespace gatehouse::http {
namespace {

constexpr std::chrono::seconds kDeviceMaxAge = std::chrono::hours(24 * 400);

bool over_https(const application::Settings& settings) { return settings.public_url.starts_with("https://"); }

std::string prefixed(const application::Settings& settings, std::string_view name) {
  if (!over_https(settings)) return std::string(name);
  return (settings.cookie_domain.empty() ? "__Host-" : "__Secure-") + std::string(name);
}

auth::SetCookie cookie(const application::Settings& settings, std::string name, std::string value) {
  auth::SetCookie made;
  made.name = std::move(name);
  made.value = std::move(value);
  made.domain = over_https(settings) ? settings.cookie_domain : "";
  made.secure = over_https(settings);
  return made;
}

auth::SetCookie flow_cookie(const application::Settings& settings, std::string_view provider, std::string value,
                            bool uses_form_post) {
  auto made = cookie(settings, flow_cookie_name(settings, provider), std::move(value));
  made.domain.clear();
  if (uses_form_post) {
    made.same_site = auth::SameSite::none;
    made.secure = true;
  }
  return made;
}

}  // namespace

std::string session_cookie_name(const application::Settings& settings) {
  return prefixed(settings, "gatehouse-session");
}
std::string device_cookie_name(const application::Settings& settings) { return prefixed(settings, "gatehouse-device"); }
std::string challenge_cookie_name(const application::Settings& settings) {
  return prefixed(settings, "gatehouse-challenge");
}

std::string set_session_cookie(const application::Settings& settings, const Secret<std::string>& token,
                               std::chrono::seconds max_age) {
  auto made = cookie(settings, session_cookie_name(settings), token.expose());
  made.max_age = max_age;
  return auth::to_set_cookie(made);
}

std::string set_device_cookie(const application::Settings& settings, const Secret<std::string>& token) {
  auto made = cookie(settings, device_cookie_name(settings), token.expose());
  made.max_age = kDeviceMaxAge;
  return auth::to_set_cookie(made);
}

std::string set_challenge_cookie(const application::Settings& settings, const Secret<std::string>& binding,
                                 std::chrono::seconds max_age) {
  auto made = cookie(settings, challenge_cookie_name(settings), binding.expose());
  made.max_age = max_age;
  return auth::to_set_cookie(made);
}

std::string remove_session_cookie(const application::Settings& settings) {
  return auth::to_removal(cookie(settings, session_cookie_name(settings), ""));
}

std::string remove_challenge_cookie(const application::Settings& settings) {
  return auth::to_removal(cookie(settings, challenge_cookie_name(settings), ""));
}

std::string flow_cookie_name(const application::Settings& settings, std::string_view provider) {
  return std::string(over_https(settings) ? "__Host-" : "") + "gatehouse-flow-" + std::string(provider);
}

std::string set_flow_cookie(const application::Settings& settings, std::string_view provider,
                            const Secret<std::string>& flow, bool uses_form_post) {
  auto made = flow_cookie(settings, provider, flow.expose(), uses_form_post);
  made.max_age = std::chrono::duration_cast<std::chrono::seconds>(domain::lifetime_of(domain::OAuthTicketKind::state));
  return auth::to_set_cookie(made);
}

std::string remove_flow_cookie(const application::Settings& settings, std::string_view provider, bool uses_form_post) {
  return auth::to_removal(flow_cookie(settings, provider, "", uses_form_post));
}

std::optional<std::string> single_cookie(const server::Request& request, std::string_view name) {
  std::optional<std::string> found;
  for (const auto& [key, value] : request.headers) {
    if (!server::iequals(key, "Cookie")) continue;
    for (const auto each : auth::find_cookies(value, name)) {
      if (found) return std::nullopt;
      found = std::string(each);
    }
  }
  return found;
}

}  // namespace gatehouse::http
