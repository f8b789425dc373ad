#include "modules/identity/http/pages/page.hpp"

#include "auth/crypto/digest.hpp"
#include "auth/encoding.hpp"
#include "modules/identity/http/pages/embedded.hpp"

namespace gatehouse::http::pages {
namespace {

using Values = std::vector<std::pair<std::string_view, std::string>>;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

const std::string& value_of(const Values& values, std::string_view name) {
  static const std::string kNone;
  for (const auto& [key, value] : values)
    if (key == name) return value;
  return kNone;
}

std::string source_hash(std::string_view content) {
  return "'sha256-" + auth::base64_encode(auth::sha256(content)) + "'";
}

/// Made once: style and script are the same on every page.
const std::string& content_security_policy() {
  static const std::string kPolicy =
      "default-src 'none'; script-src " + source_hash(kPageJs) + "; style-src " + source_hash(kPageCss) +
      "; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
  return kPolicy;
}

std::string base_path(const application::Settings& settings) {
  return settings.public_url.starts_with(settings.public_origin)
             ? settings.public_url.substr(settings.public_origin.size())
             : std::string();
}

/// For a query: all but what RFC 3986 leaves unreserved.
std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    const auto byte = static_cast<unsigned char>(c);
    if (plain) {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
    }
  }
  return out;
}

std::string mark(bool shown) { return shown ? "yes" : ""; }

}  // namespace

std::string fill(std::string_view text, const Values& values) {
  std::string out;
  while (true) {
    const auto open = text.find("{{");
    out += text.substr(0, open);
    if (open == text.npos) return out;
    text.remove_prefix(open + 2);
    const bool raw = text.starts_with('{');
    const bool section = text.starts_with('#');
    if (raw || section) text.remove_prefix(1);
    const auto close = text.find("}}");
    const auto name = text.substr(0, close);
    text.remove_prefix(close + (raw ? 3 : 2));
    const std::string& value = value_of(values, name);
    if (!section) {
      out += raw ? value : escaped(value);
      continue;
    }
    const std::string end = "{{/" + std::string(name) + "}}";
    const auto until = text.find(end);
    if (!value.empty()) out += fill(text.substr(0, until), values);
    text.remove_prefix(until + end.size());
  }
}

std::string sign_in_target(const application::Settings& settings) { return settings.public_url + "/sign-in"; }

std::string provider_links(const application::Settings& settings,
                           const std::vector<std::pair<std::string, std::string>>& names_and_titles) {
  std::string links;
  for (const auto& [name, title] : names_and_titles) {
    const std::string target = base_path(settings) + "/v1/oauth/" + percent_encoded(name) +
                               "/start?client_id=pages&redirect_to=" + percent_encoded(sign_in_target(settings));
    links += "<a href=\"" + escaped(target) + "\">Continue with " + escaped(title) + "</a>\n";
  }
  return links;
}

server::Response render(const Page& page, const application::Settings& settings) {
  const bool new_password = page.new_password;
  const Values values = {{"title", std::string(page.title)},
                         {"brand", settings.service_name},
                         {"style", std::string(kPageCss)},
                         {"script", std::string(kPageJs)},
                         {"kind", std::string(page.kind)},
                         {"base", base_path(settings)},
                         {"action", std::string(page.action)},
                         {"done", std::string(page.done)},
                         {"lead", std::string(page.lead)},
                         {"button", std::string(page.button)},
                         {"asks_email", mark(page.asks_email)},
                         {"asks_name", mark(page.asks_name)},
                         {"asks_password", mark(!page.password_label.empty())},
                         {"password_label", std::string(page.password_label)},
                         {"password_autocomplete", new_password ? "new-password" : "current-password"},
                         {"min_length", new_password ? std::to_string(settings.password_min_length) : ""},
                         {"asks_code", mark(page.asks_code)},
                         {"providers", page.providers}};
  return server::Response::text(200, "text/html; charset=utf-8", fill(kPageHtml, values))
      .header("Content-Security-Policy", content_security_policy())
      .header("Cross-Origin-Opener-Policy", "same-origin");
}

}  // namespace gatehouse::http::pages
