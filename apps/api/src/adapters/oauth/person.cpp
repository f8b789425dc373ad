#include "adapters/oauth/person.hpp"

#include <algorithm>
#include <boost/json/array.hpp>

#include "adapters/oauth/json_members.hpp"
#include "auth/strict_json.hpp"

namespace gatehouse::adapters::oauth {
namespace {

constexpr std::size_t kMaxSubject = 255, kMaxEmail = 254, kMaxName = 200, kMaxPicture = 2'048, kMaxLocale = 35;

std::optional<std::string> short_text(std::string text, std::size_t most) {
  const bool is_control =
      std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (text.empty() || text.size() > most || is_control) return std::nullopt;
  return text;
}

std::optional<std::string> subject_of(const boost::json::object& claims, const PresetClaims& mapping) {
  const boost::json::value* value = claims.if_contains(mapping.subject);
  if (value == nullptr) return std::nullopt;
  if (mapping.subject_type == SubjectType::text_) return short_text(text_member(claims, mapping.subject), kMaxSubject);
  if (value->is_uint64()) return std::to_string(value->get_uint64());
  if (!value->is_int64() || value->get_int64() <= 0) return std::nullopt;
  return std::to_string(value->get_int64());
}

bool is_true(const boost::json::object& claims, std::string_view name, bool may_be_text) {
  const boost::json::value* value = name.empty() ? nullptr : claims.if_contains(name);
  if (value == nullptr) return false;
  return value->is_bool() ? value->get_bool() : may_be_text && *value == "true";
}

/// Names are cut, never refused, for they only decorate; but not within a character of UTF-8.
std::optional<std::string> name_of(std::string text) {
  if (text.size() > kMaxName) {
    std::size_t end = kMaxName;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text.resize(end);
  }
  return short_text(std::move(text), kMaxName);
}

/// `{id}` and the like in a template, each of letters and digits: it becomes part of a URL.
std::optional<std::string> filled(std::string_view url, const boost::json::object& claims) {
  std::string out;
  while (!url.empty()) {
    const auto open = url.find('{');
    out += url.substr(0, open);
    if (open == std::string_view::npos) break;
    const auto close = url.find('}', open);
    const std::string part = text_member(claims, url.substr(open + 1, close - open - 1));
    const bool plain = !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
    if (!plain) return std::nullopt;
    out += part;
    url.remove_prefix(close + 1);
  }
  return out;
}

std::optional<std::string> picture_of(const boost::json::object& claims, const PresetClaims& mapping) {
  auto url = mapping.picture_url.empty() ? std::optional(text_member(claims, mapping.picture))
                                         : filled(mapping.picture_url, claims);
  // No URI holds these (RFC 3986 section 2), and a page must not be led into thinking that one ends early.
  const auto is_foreign = [](char c) {
    return c <= ' ' || c >= 127 || std::string_view("\"<>\\^`{|}").find(c) != std::string_view::npos;
  };
  if (!url || !url->starts_with("https://") || url->size() > kMaxPicture ||
      std::any_of(url->begin(), url->end(), is_foreign))
    return std::nullopt;
  return url;
}

}  // namespace

Result<Person> read_person(const boost::json::object& claims, const PresetClaims& mapping) {
  std::optional<std::string> subject = subject_of(claims, mapping);
  if (!subject) {
    return fail(ErrorCode::invalid_provider_token, {},
                "the provider gives no " + std::string(mapping.subject) + " of the expected kind");
  }
  Person person;
  person.subject = std::move(*subject);
  person.email = short_text(text_member(claims, mapping.email), kMaxEmail);
  person.email_verified = person.email && is_true(claims, mapping.email_verified, mapping.verified_may_be_text);
  for (const std::string_view member : mapping.name) {
    if (!person.name) person.name = name_of(text_member(claims, member));
  }
  person.picture = picture_of(claims, mapping);
  person.locale = short_text(text_member(claims, mapping.locale), kMaxLocale);
  return person;
}

Result<Person> merge_userinfo(Person from_token, const Person& from_userinfo) {
  if (from_token.subject != from_userinfo.subject)
    return fail(ErrorCode::invalid_provider_token, {}, "the user info is of another subject than the ID token");
  if (!from_token.email) {
    from_token.email = from_userinfo.email;
    from_token.email_verified = from_userinfo.email_verified;
  }
  if (!from_token.name) from_token.name = from_userinfo.name;
  if (!from_token.picture) from_token.picture = from_userinfo.picture;
  if (!from_token.locale) from_token.locale = from_userinfo.locale;
  return from_token;
}

std::optional<MailAddress> primary_address(std::string_view json) {
  const auto list = auth::parse_strict_value(json);
  if (!list || !list->is_array()) return std::nullopt;
  for (const boost::json::value& item : list->get_array()) {
    if (!item.is_object() || !is_true(item.get_object(), "primary", false)) continue;
    auto email = short_text(text_member(item.get_object(), "email"), kMaxEmail);
    if (!email) return std::nullopt;
    return MailAddress{std::move(*email), is_true(item.get_object(), "verified", false)};
  }
  return std::nullopt;
}

std::optional<std::string> name_from_form(std::string_view user) {
  const auto document = auth::parse_strict_object(user);
  const boost::json::value* name = document ? document->if_contains("name") : nullptr;
  if (name == nullptr || !name->is_object()) return std::nullopt;
  const std::string first = text_member(name->get_object(), "firstName");
  const std::string last = text_member(name->get_object(), "lastName");
  return name_of(first + (first.empty() || last.empty() ? "" : " ") + last);
}

}  // namespace gatehouse::adapters::oauth
