#include "adapters/mail/mime.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "adapters/mail/text_layout.hpp"
#include "adapters/net/smtp_client.hpp"
#include "auth/crypto/digest.hpp"
#include "auth/encoding.hpp"

namespace gatehouse::adapters::mail {
namespace {

constexpr std::size_t kMaxHeader = 500;
constexpr std::size_t kLine = 76;

bool is_printable_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

// A display name: a quoted string where it is plain, since commas and dots have a meaning there.
std::string display_name(const std::string& name) {
  const std::string clean = one_line(name, kMaxHeader);
  if (!is_printable_ascii(clean)) return encode_header(clean);
  std::string quoted = "\"";
  for (const char c : clean) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted += '"';
}

// RFC 5322 section 3.3, in UTC.
std::string date_of(Timestamp time) {
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::weekday weekday(day);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time - day).count();
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} +0000", kDays[weekday.c_encoding()],
                     static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string part(const std::string& boundary, std::string_view type, std::string_view body) {
  return fmt::format(
      "--{}\r\nContent-Type: {}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}\r\n", boundary,
      type, quoted_printable(body));
}

}  // namespace

std::optional<Mailbox> parse_mailbox(std::string_view text) {
  Mailbox mailbox;
  const auto open = text.find('<');
  if (open == std::string_view::npos) {
    mailbox.address = text;
  } else {
    if (text.back() != '>') return std::nullopt;
    mailbox.address = text.substr(open + 1, text.size() - open - 2);
    mailbox.name = one_line(text.substr(0, open), kMaxHeader);
    if (mailbox.name.size() >= 2 && mailbox.name.front() == '"' && mailbox.name.back() == '"')
      mailbox.name = mailbox.name.substr(1, mailbox.name.size() - 2);
  }
  if (!net::is_plain_address(mailbox.address)) return std::nullopt;
  return mailbox;
}

std::string quoted_printable(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  const auto put = [&](std::string_view piece, bool last_of_line) {
    if (column + piece.size() > (last_of_line ? kLine : kLine - 1)) {
      out += "=\r\n";
      column = 0;
    }
    out += piece;
    column += piece.size();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    if (c == '\n') {
      out += "\r\n";
      column = 0;
      continue;
    }
    const bool ends_line = i + 1 == text.size() || text[i + 1] == '\n' || text[i + 1] == '\r';
    const bool plain = (c >= 0x21 && c < 0x7F && c != '=') || (c == ' ' && !ends_line);
    // A lone dot would be stuffed, and "From " altered, by what forwards it.
    const bool hazard = column == 0 && (c == '.' || c == 'F');
    if (plain && !hazard) {
      put(std::string_view(&c, 1), ends_line);
    } else {
      put(fmt::format("={:02X}", static_cast<unsigned char>(c)), ends_line);
    }
  }
  return out;
}

std::string encode_header(std::string_view text) {
  const std::string clean = one_line(text, kMaxHeader);
  if (is_printable_ascii(clean) && clean.find("=?") == std::string::npos) return clean;
  std::string out;
  for (std::size_t at = 0; at < clean.size();) {
    // 39 bytes make a word of 64 characters, which leaves room for the field's name. No word ends within a character.
    std::size_t end = std::min(at + 39, clean.size());
    while (end < clean.size() && (static_cast<unsigned char>(clean[end]) & 0xC0) == 0x80) --end;
    if (!out.empty()) out += "\r\n ";
    out += "=?UTF-8?B?" + auth::base64_encode(std::string_view(clean).substr(at, end - at)) + "?=";
    at = end;
  }
  return out;
}

std::string build_mime(const domain::MailMessage& message, const Mailbox& from) {
  const std::string digest =
      auth::hex_encode(auth::sha256(message.id.str() + message.text + message.html)).substr(0, 32);
  const std::string boundary = "=_" + digest;  // "=_" never occurs in quoted-printable
  const std::string domain = from.address.substr(from.address.find('@') + 1);
  std::string mime;
  mime += "From: " + (from.name.empty() ? from.address : display_name(from.name) + " <" + from.address + ">") + "\r\n";
  mime += "To: " + message.to + "\r\n";
  mime += "Subject: " + encode_header(message.subject) + "\r\n";
  mime += "Date: " + date_of(message.created_at) + "\r\n";
  mime += "Message-ID: <" + message.id.str() + "@" + domain + ">\r\n";
  mime += "Auto-Submitted: auto-generated\r\n";
  mime += "MIME-Version: 1.0\r\n";
  mime += "Content-Type: multipart/alternative;\r\n boundary=\"" + boundary + "\"\r\n\r\n";
  mime += part(boundary, "text/plain", message.text);
  mime += part(boundary, "text/html", message.html);
  return mime += "--" + boundary + "--\r\n";
}

}  // namespace gatehouse::adapters::mail
