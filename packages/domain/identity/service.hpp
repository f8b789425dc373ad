#pragma once
// ServiceKey: how another program proves itself (table `service_keys`). A service is the keys of its name: two are live
// during a rotation with overlap. Declared in `[services.NAME]` or made by the command line.
#include <optional>
#include <string>
#include <vector>

#include "domain/identity/enum_text.hpp"
#include "domain/identity/ids.hpp"
#include "foundation/time.hpp"

namespace gatehouse::domain {

enum class ServiceKeySource { declared, created };
GH_ENUM_NAMES(ServiceKeySource, "declared", "created");

struct ServiceKey {
  ServiceKeyId id;
  std::string service;   ///< its name; `sub` and `client_id` of its JWTs are "service:NAME"
  std::string key_hash;  ///< 32 bytes: SHA-256 of the whole `gthk_…`
  std::vector<std::string> permissions;
  ServiceKeySource source = ServiceKeySource::created;
  Timestamp created_at;
  std::optional<Timestamp> expires_at;
  std::optional<Timestamp> revoked_at;
  std::optional<Timestamp> last_used_at;

  bool is_live(Timestamp now) const { return !revoked_at && (!expires_at || now < *expires_at); }
};

}  // namespace gatehouse::domain
