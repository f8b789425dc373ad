#pragma once
// Mails that tell an account's owner of something done to it, each with a link that says "this was not me"; and the
// link that starts a new password. Called inside a write closure.
#include <map>
#include <string>

#include "modules/identity/application/record.hpp"

namespace gatehouse::application {

/// One of the notices that `[mail] send` may leave to another domain; then nothing is mailed and no link is made.
Result<> notify_owner(ports::Tx& tx, Record& record, const Dependencies& deps, const std::string& template_name,
                      const domain::User& user, std::map<std::string, std::string> values, Timestamp now);

/// A new link to set a password, by `template_name` (reset_password, password_exposed). Earlier ones are void: only the
/// newest is good.
Result<> mail_reset_link(ports::Tx& tx, Record& record, const Dependencies& deps, const std::string& template_name,
                         const domain::User& user, Timestamp now);

}  // namespace gatehouse::application
