#pragma once
// A call that its caller may not make is itself put on record: who tried what, so that probing shows.
#include <string>

#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/request_info.hpp"

namespace gatehouse::application {

/// `what`: the method and the route's template, never the raw target. `why`: what the call was refused with.
Result<> note_denied(const Dependencies& deps, const Caller& caller, const std::string& what, const Error& why,
                     const RequestInfo& request);

}  // namespace gatehouse::application
