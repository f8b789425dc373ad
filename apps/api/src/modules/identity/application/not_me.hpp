#pragma once
// "This was not me": the one click in a notice that a sign-in or a change was somebody else's. It takes things away and
// grants nothing (decision 6): every session ends, the device is forgotten, what
// was linked in the last seven days is unlinked, the password is void until it is reset.
#include <string>

#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/request_info.hpp"

namespace gatehouse::application {

/// The link for the reset is mailed, unless the address was changed since the notice: then the way back is the undo
/// link in the old mailbox. Returns `invalid_token`, `wrong_token_type`.
Result<> report_not_me(const Dependencies& deps, const std::string& token, const RequestInfo& request);

}  // namespace gatehouse::application
