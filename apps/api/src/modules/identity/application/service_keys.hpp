#pragma once
// The keys of other programs (decision 21): declared in `[services.NAME]` or made at the command line, shown once, kept
// as SHA-256, checked against the store at every call, so that a revoked one is dead at once. Two are live while a
// rotation overlaps.
#include <optional>
#include <string>
#include <vector>

#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/request_info.hpp"

namespace gatehouse::application {

struct NewServiceKey {
  domain::ServiceKey key;
  Secret<std::string> text;  ///< `gthk_…`, shown this once
};

/// Makes the first key of a service. Returns `invalid_request` (name, permissions), `conflict` when it has a live key:
/// rotate it.
Result<NewServiceKey> create_service(const Dependencies& deps, const Caller& caller, const std::string& name,
                                     const std::vector<std::string>& permissions,
                                     const std::optional<Timestamp>& expires_at, const RequestInfo& request);

/// Another key with the same permissions; those before it end after `overlap`. Returns `not_found`, `conflict` for a
/// service whose key the configuration declares: change it there.
Result<NewServiceKey> rotate_service(const Dependencies& deps, const Caller& caller, const std::string& name,
                                     Duration overlap, const RequestInfo& request);

/// Ends every key of the service; how many. Returns `not_found`.
Result<int> revoke_service(const Dependencies& deps, const Caller& caller, const std::string& name,
                           const RequestInfo& request);

/// Every key there ever was, by service and age.
Result<std::vector<domain::ServiceKey>> list_services(const Dependencies& deps);

/// A `[services.NAME]` of the configuration.
struct DeclaredService {
  std::string name;
  Secret<std::string> key;  ///< empty: its keys are made at the command line
  std::vector<std::string> permissions;
};

/// At start: brings the declared keys and permissions into the store; declared keys that are no longer declared end.
/// Returns `invalid_service_key` for a text that is no service key, or not the one the store knows by its id.
Result<> declare_services(const Dependencies& deps, const std::vector<DeclaredService>& services);

}  // namespace gatehouse::application
