#pragma once
// Who a provider says has signed in, read from its claims or user info by the preset's mapping. Pure.
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "contracts/generated/provider_presets.hpp"
#include "foundation/result.hpp"

namespace gatehouse::adapters::oauth {

struct Person {
  std::string subject;  ///< 1 to 255 characters
  std::optional<std::string> email;
  bool email_verified = false;  ///< never without an address
  std::optional<std::string> name, picture, locale;
};

/// The person. Returns `invalid_provider_token` when the subject is not what the preset says: missing, null, empty, too
/// long, zero or negative, or a text where a number is expected and the reverse. All else that is of another kind than
/// expected counts as not given; so an address is confirmed only when the provider says `true` in the preset's form.
Result<Person> read_person(const boost::json::object& claims, const PresetClaims& mapping);

/// Takes from the user info what the ID token did not say. Returns `invalid_provider_token` when they are of different
/// people (OpenID Connect Core 5.3.2).
Result<Person> merge_userinfo(Person from_token, const Person& from_userinfo);

struct MailAddress {
  std::string email;
  bool verified = false;
};
/// The primary address of a list `[{"email","primary","verified"}, …]` (GitHub's /user/emails), where it is verified;
/// the unverified primary one otherwise. nullopt when there is none, or the text is no such list.
std::optional<MailAddress> primary_address(std::string_view json);

/// The name out of the form field `user` of Apple's first callback, `{"name":{"firstName","lastName"},"email"}`. The
/// field is unsigned: nothing else is taken from it. nullopt when there is none.
std::optional<std::string> name_from_form(std::string_view user);

}  // namespace gatehouse::adapters::oauth
