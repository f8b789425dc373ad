#pragma once
// One mail as it goes over the wire: multipart/alternative of text and HTML in quoted-printable (RFC 5322, 2045, 2046,
// 2047). No value can add a header or end a part. The same message gives the same bytes, whenever it is built. Pure.
#include <optional>
#include <string>
#include <string_view>

#include "domain/identity/mail.hpp"

namespace gatehouse::adapters::mail {

struct Mailbox {
  std::string name;     ///< may be empty
  std::string address;  ///< plain ASCII
};

/// `Example <no-reply@example.com>` or an address alone; nullopt otherwise.
std::optional<Mailbox> parse_mailbox(std::string_view text);

/// The whole message, lines ending in CRLF. The recipient must be a plain address.
std::string build_mime(const domain::MailMessage& message, const Mailbox& from);

/// Header text: as it is where it is plain ASCII, else RFC 2047 encoded words each on its own line.
std::string encode_header(std::string_view text);
/// RFC 2045 section 6.7 for text with any line ends.
std::string quoted_printable(std::string_view text);

}  // namespace gatehouse::adapters::mail
