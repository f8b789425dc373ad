#include <boost/json/object.hpp>

#include "contracts/generated/error_code.hpp"
#include "contracts/generated/openapi_document.hpp"
#include "modules/identity/application/server_metadata.hpp"
#include "modules/identity/http/stories/service_stories.hpp"

namespace gatehouse::http {

namespace json = boost::json;

Result<server::Response> jwks(const Api& api, const server::Request&) {
  return server::Response::text(200, "application/jwk-set+json", api.deps.signer.jwks_json(api.deps.clock.now()));
}

Result<server::Response> server_metadata(const Api& api, const server::Request&) {
  return server::Response::json(200, application::server_metadata(api.deps.settings));
}

Result<server::Response> openapi(const Api&, const server::Request&) {
  return server::Response::text(200, "application/json", std::string(openapi_document()));
}

Result<server::Response> error_page(const Api&, const server::Request& request) {
  const auto code = error_code_from(request.param("code"));
  if (!code) return fail(ErrorCode::not_found, "there is no error code of that name");
  const ErrorInfo& info = error_info(*code);
  return server::Response::json(200, json::object{{"code", info.code},
                                                  {"status", info.status},
                                                  {"title", info.title},
                                                  {"meaning", info.meaning},
                                                  {"mend", info.mend}});
}

}  // namespace gatehouse::http
