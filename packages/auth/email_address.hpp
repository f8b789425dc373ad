#pragma once
// Email addresses as Gatehouse takes them: an ASCII dot-atom local part (RFC 5321) and a domain name, kept as A-labels
// (RFC 5891). One account, one spelling: the canonical form is the lower-cased one, and neither dots nor plus parts are
// folded. Quoted local parts, comments, IP literals and UTF-8 local parts are refused. Pure.
#include <string>
#include <string_view>

#include "foundation/result.hpp"

namespace gatehouse::auth {

struct EmailAddress {
  std::string address;    ///< as written, but for the domain as lower-case A-labels: where mail is sent
  std::string canonical;  ///< lower case throughout: what is compared and stored as unique
  std::string domain;     ///< the part after the @, lower-case A-labels
};

/// Reads an address exactly as it stands; surrounding spaces are not forgiven. Returns `invalid_email` (field `email`)
/// when it is not one: 64 octets for the local part, 254 in all, at least one dot in the domain, and a top level that
/// is not a number.
Result<EmailAddress> parse_email_address(std::string_view text);

}  // namespace gatehouse::auth
