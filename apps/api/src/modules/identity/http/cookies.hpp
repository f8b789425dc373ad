#pragma once
// Our cookies: the session, the known device, the browser that a challenge is bound to, and a sign-in with a provider
// on its way. `__Host-` unless `[session] cookie_domain` is set; in development over plain http without a prefix, since
// browsers refuse it there.
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

/// One a provider, so that two flows at once don't end each other. Always of our own host alone, whatever
/// `cookie_domain` says: only our own callback reads it.
std::string flow_cookie_name(const application::Settings& settings, std::string_view provider);
/// SameSite=None (and then Secure, in development too) where the provider's page posts the answer; else Lax.
std::string set_flow_cookie(const application::Settings& settings, std::string_view provider,
                            const Secret<std::string>& flow, bool uses_form_post);
std::string remove_flow_cookie(const application::Settings& settings, std::string_view provider, bool uses_form_post);

/// The only cookie of that name; nothing where there is none, or more than one.
std::optional<std::string> single_cookie(const server::Request& request, std::string_view name);

}  // namespace gatehouse::http
