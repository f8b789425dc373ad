#pragma once
// Our cookies: the session, the known device, the browser that a challenge is bound to. `__Host-` unless `[session]
// cookie_domain` is set; in development over plain http without a prefix, since browsers refuse it there.
#include <chrono>
#include <string>
#include <string_view>

#include "foundation/secret.hpp"
#include "modules/identity/application/settings.hpp"
#include "server/request.hpp"

namespace gatehouse::http {

std::string session_cookie_name(const application::Settings& settings);
std::string device_cookie_name(const application::Settings& settings);
std::string challenge_cookie_name(const application::Settings& settings);

/// Set-Cookie values. HttpOnly, Secure (but in development over http), SameSite=Lax, Path=/.
std::string set_session_cookie(const application::Settings& settings, const Secret<std::string>& token,
                               std::chrono::seconds max_age);
std::string set_device_cookie(const application::Settings& settings, const Secret<std::string>& token);
std::string set_challenge_cookie(const application::Settings& settings, const Secret<std::string>& binding,
                                 std::chrono::seconds max_age);
std::string remove_session_cookie(const application::Settings& settings);
std::string remove_challenge_cookie(const application::Settings& settings);

/// The only cookie of that name; nothing where there is none, or more than one.
std::optional<std::string> single_cookie(const server::Request& request, std::string_view name);

}  // namespace gatehouse::http
