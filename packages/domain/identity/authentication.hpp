#pragma once
// How strongly somebody has proved who they are: the level (`acr`) and the methods (`amr`, RFC 8176). Sessions,
// challenges, actors and tokens all carry the two.
#include <string>
#include <string_view>
#include <vector>

#include "domain/identity/enum_text.hpp"

namespace gatehouse::domain {

/// Authenticator assurance level by NIST SP 800-63B-4, as far as Gatehouse offers it. Ordered: aal1 < aal2.
enum class Acr { aal1, aal2 };
GH_ENUM_NAMES(Acr, "aal1", "aal2");

namespace amr {
inline constexpr std::string_view kPassword = "pwd";
inline constexpr std::string_view kOneTimeCode = "otp";
inline constexpr std::string_view kHardwareKey = "hwk";
inline constexpr std::string_view kSoftwareKey = "swk";
inline constexpr std::string_view kMultiFactor = "mfa";
inline constexpr std::string_view kFederated = "fed";  ///< a provider vouched; not registered in RFC 8176, our own
}  // namespace amr

/// The level that a set of methods proves: aal2 only for a password or provider together with a code or key. A mailed
/// code is no method, so it never raises the level.
Acr acr_of(const std::vector<std::string>& methods);

/// The methods with one more, in order of proof and each once; "mfa" joins them when they reach aal2.
std::vector<std::string> with_method(std::vector<std::string> methods, std::string_view method);

}  // namespace gatehouse::domain
