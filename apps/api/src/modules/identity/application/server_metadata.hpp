#pragma once
// OAuth 2.0 authorization server metadata (RFC 8414), and only what is true: there is no authorization endpoint.
#include <boost/json/object.hpp>

#include "modules/identity/application/settings.hpp"

namespace gatehouse::application {

boost::json::object server_metadata(const Settings& settings);

}  // namespace gatehouse::application
