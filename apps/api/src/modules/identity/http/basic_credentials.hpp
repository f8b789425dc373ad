#pragma once
// How a service authenticates at OAuth endpoints (RFC 6749 section 2.3.1): HTTP Basic NAME:KEY, or client_id and
// client_secret in the form; as a convenience also its key as Bearer.
#include <optional>
#include <string>

#include "foundation/secret.hpp"
#include "server/request.hpp"

namespace gatehouse::http {

struct ServiceKeyOf {
  std::optional<std::string> name;
  Secret<std::string> key;
};

/// The key that the request carries; nothing where none or a malformed one is sent, or two ways are used at once.
std::optional<ServiceKeyOf> service_key_of(const server::Request& request, const std::optional<std::string>& client_id,
                                           const std::optional<Secret<std::string>>& client_secret);

}  // namespace gatehouse::http
