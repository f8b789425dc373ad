#include "modules/identity/application/server_metadata.hpp"

#include <boost/json/array.hpp>

namespace gatehouse::application {

boost::json::object server_metadata(const Settings& settings) {
  namespace json = boost::json;
  const std::string& url = settings.public_url;
  return {{"issuer", settings.issuer},
          {"token_endpoint", url + "/v1/token"},
          {"jwks_uri", url + "/.well-known/jwks.json"},
          {"introspection_endpoint", url + "/v1/introspect"},
          {"grant_types_supported", json::array{"client_credentials"}},
          {"response_types_supported", json::array{}},
          {"token_endpoint_auth_methods_supported", json::array{"client_secret_basic", "client_secret_post"}},
          {"introspection_endpoint_auth_methods_supported", json::array{"client_secret_basic"}},
          {"service_documentation", url + "/v1/openapi.json"}};
}

}  // namespace gatehouse::application
