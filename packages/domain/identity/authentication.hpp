#pragma once
// How strongly somebody has proved who they are: the level (`acr`) and the methods (`amr`, RFC 8176). Sessions,
// challenges, actors and tokens all carry the two.
#include <string_view>

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

}  // namespace gatehouse::domain
