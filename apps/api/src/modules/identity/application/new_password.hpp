#pragma once
// Whether a password may be set, before anything is hashed or stored: facts from auth (NFC, lists, zxcvbn), judgement
// from the domain's password_policy.
#include <optional>
#include <string>
#include <string_view>

#include "foundation/result.hpp"
#include "foundation/secret.hpp"
#include "modules/identity/application/settings.hpp"

namespace gatehouse::application {

/// The password in NFC, as it is to be hashed. Returns `password_rejected` with every reason, for `field`.
Result<Secret<std::string>> accept_new_password(const Settings& settings, const Secret<std::string>& password,
                                                std::string_view email, const std::optional<std::string>& name,
                                                std::string_view field = "password");

/// A password to be compared, in NFC. Returns `invalid_request` for one that is no UTF-8 or beyond any length: refused
/// alike for every account, before any hash.
Result<Secret<std::string>> accept_given_password(const Secret<std::string>& password,
                                                  std::string_view field = "password");

}  // namespace gatehouse::application
