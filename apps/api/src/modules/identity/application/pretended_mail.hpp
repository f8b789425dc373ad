#pragma once
// The work of a mail for an address that gets none: the time of an answer must not tell which addresses have an account
// (T42). Used by the calls whose answer is always 202. What it writes goes again in the same transaction.
#include <string>

#include "modules/identity/application/record.hpp"

namespace gatehouse::application {

/// What the mail would have carried.
struct PretendedLink {
  std::string email;
  domain::TokenPurpose purpose = domain::TokenPurpose::reset_password;
};

/// known_user: the caller has looked at the user's tokens already; nobody: that look is still to be pretended, and the
/// count of a user's events, which an address without a user doesn't have.
enum class Pretended { known_user, nobody };

Result<> pretend_mail(ports::Tx& tx, Record& record, const std::string& template_name, const PretendedLink& link,
                      Timestamp now, Pretended whom);

}  // namespace gatehouse::application
