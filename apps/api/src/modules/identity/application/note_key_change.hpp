#pragma once
// What people do to signing keys, in the audit log. The keys themselves are the key adapter's.
#include <string>
#include <string_view>

#include "modules/identity/application/record.hpp"

namespace gatehouse::application {

Result<> note_key_change(const Dependencies& deps, const Caller& caller, std::string_view action,
                         const std::string& kid, const RequestInfo& request);

}  // namespace gatehouse::application
