#include "auth/email_address.hpp"

#include <idn2.h>
#include <utf8proc.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace gatehouse::auth {
namespace {

constexpr std::size_t kMaxLocal = 64;
constexpr std::size_t kMaxAddress = 254;
constexpr std::size_t kMaxLabel = 63;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// dot-atom of RFC 5322 section 3.2.3: atoms of printable ASCII without specials, one dot between them.
bool is_dot_atom(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-/=?^_`{|}~";
  char before = '.';
  for (const char c : text) {
    if (c == '.' ? before == '.' : !is_letter(c) && !is_digit(c) && kOthers.find(c) == std::string_view::npos)
      return false;
    before = c;
  }
  return before != '.';
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kMaxLabel && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

/// A host name of at least two labels, whose last is not a number (that would be an address).
bool is_host_name(std::string_view domain) {
  std::size_t labels = 0;
  std::string_view label;
  for (std::string_view rest = domain;; ++labels) {
    const std::size_t dot = rest.find('.');
    label = rest.substr(0, dot);
    if (!is_label(label)) return false;
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  return labels > 0 && !std::all_of(label.begin(), label.end(), is_digit);
}

struct FreeText {
  void operator()(char* text) const { idn2_free(text); }
};

/// The domain in NFC and lower case, where nothing but ASCII's letters, digits, hyphens and dots may be ASCII: libidn2
/// drops other characters without a word, and Unicode knows capitals whose small letter is one of ASCII's.
std::optional<std::string> lower_domain(std::string_view domain) {
  std::string out;
  while (!domain.empty()) {
    utf8proc_int32_t point = 0;
    const utf8proc_ssize_t size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(domain.data()),
                                                   static_cast<utf8proc_ssize_t>(domain.size()), &point);
    if (size < 1) return std::nullopt;
    const bool is_ascii = point < 0x80;
    const char c = static_cast<char>(point);
    if (is_ascii && !is_letter(c) && !is_digit(c) && c != '-' && c != '.') return std::nullopt;
    point = utf8proc_tolower(point);
    if (!is_ascii && point < 0x80) return std::nullopt;
    utf8proc_uint8_t bytes[4];
    const utf8proc_ssize_t written = utf8proc_encode_char(point, bytes);
    out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(written));
    domain.remove_prefix(static_cast<std::size_t>(size));
  }
  return out;
}

/// The domain in lower-case A-labels; nullopt when IDNA 2008 has no such name. Compatibility mapping is left out: a
/// full-width letter or a zero-width joiner is refused rather than read as something else.
std::optional<std::string> to_a_labels(std::string_view domain) {
  if (domain.empty() || domain.size() > kMaxAddress) return std::nullopt;
  const std::optional<std::string> lowered = lower_domain(domain);
  if (!lowered) return std::nullopt;
  char* out = nullptr;
  const int status = idn2_to_ascii_8z(lowered->c_str(), &out, IDN2_NFC_INPUT | IDN2_NO_TR46);
  const std::unique_ptr<char, FreeText> owner(out);
  if (status != IDN2_OK || !is_host_name(out)) return std::nullopt;
  return lower(out);
}

}  // namespace

Result<EmailAddress> parse_email_address(std::string_view text) {
  const auto refuse = [] {
    return fail_field(ErrorCode::invalid_email, "email", "invalid", "Not an email address that is accepted here.");
  };
  // A domain can't hold an @ and neither can an unquoted local part.
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || at == 0 || at > kMaxLocal) return refuse();
  const std::string_view local = text.substr(0, at);
  if (!is_dot_atom(local)) return refuse();
  std::optional<std::string> domain = to_a_labels(text.substr(at + 1));
  if (!domain || at + 1 + domain->size() > kMaxAddress) return refuse();
  EmailAddress email;
  email.address = std::string(local) + '@' + *domain;
  email.canonical = lower(email.address);
  email.domain = std::move(*domain);
  return email;
}

}  // namespace gatehouse::auth
