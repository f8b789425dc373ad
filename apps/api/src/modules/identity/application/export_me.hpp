#pragma once
// Everything held of a person (GDPR articles 15 and 20), as `Export` of the OpenAPI document. Left out by decision 14:
// compliance state, reasons of risk, and who of the staff did what; and besides, whatever is a secret (hashes, mailed
// links).
#include <boost/json/object.hpp>

#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/request_info.hpp"

namespace gatehouse::application {

/// The export is itself put on record. Long ledgers are cut at their newest 10,000 rows.
Result<boost::json::object> export_me(const Dependencies& deps, const Caller& caller, const RequestInfo& request);

}  // namespace gatehouse::application
