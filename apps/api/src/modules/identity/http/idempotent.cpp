#include "modules/identity/http/idempotent.hpp"

#include <algorithm>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "auth/crypto/digest.hpp"
#include "auth/encoding.hpp"
#include "modules/identity/application/idempotency.hpp"

namespace gatehouse::http {
namespace {

namespace json = boost::json;
using application::IdempotencyState;

constexpr std::size_t kLongestKey = 255;
constexpr std::chrono::milliseconds kLookAgainForFirst{100};
constexpr std::chrono::seconds kPatience{10};

Result<application::IdempotentCall> call_of(const server::Request& request, std::string_view key) {
  const bool printable = std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (key.empty() || key.size() > kLongestKey || !printable || request.header_count("Idempotency-Key") > 1)
    return fail_field(ErrorCode::invalid_request, "Idempotency-Key", "invalid",
                      "send one key of at most 255 printable ASCII characters");
  const std::string whole = request.method + '\n' + request.path + '?' + request.query + '\n' + request.body;
  return application::IdempotentCall{std::string(key), auth::base64url_encode(auth::sha256(whole))};
}

std::string remembered(const server::Response& response) {
  json::object headers;
  for (const auto& [name, value] : response.headers) headers[name] = value;
  return json::serialize(
      json::object{{"type", response.content_type}, {"headers", std::move(headers)}, {"body", response.content()}});
}

server::Response recalled(int status, const std::string& answer) {
  const json::value parsed = json::parse(answer);
  const auto& from = parsed.as_object();
  server::Response response;
  response.status = status;
  response.content_type = from.at("type").as_string();
  response.body = from.at("body").as_string();
  for (const auto& [name, value] : from.at("headers").as_object())
    response.header(std::string(name), std::string(value.as_string()));
  return response;
}

}  // namespace

Result<server::Response> run_idempotent(const Api& api, const server::Request& request,
                                        const application::Caller& caller,
                                        const std::function<Result<server::Response>()>& story) {
  const auto key = request.header("Idempotency-Key");
  if (!key) return story();
  GH_TRY(const auto call, call_of(request, *key));
  GH_TRY(const auto verdict, application::begin_call(api.deps, caller, call));
  if (verdict.state == IdempotencyState::finished) return recalled(verdict.status, verdict.answer);
  if (verdict.state == IdempotencyState::under_way) {
    if (!request.last_call && std::chrono::steady_clock::now() < request.received_at + kPatience)
      return server::Response::wait(kLookAgainForFirst);
    return fail(ErrorCode::conflict, "the first call with this key is still under way");
  }
  auto response = story();
  const Error* const error = !response ? &response.error() : response->error.get();
  if (error == nullptr) {
    // The change is made, so a fault here must not turn the answer into an error; the key then frees itself soon.
    (void)application::finish_call(api.deps, caller, call, response->status, remembered(*response));
  } else if (!error->may_be_done) {  // or the key stays taken until it lapses, and nobody does the same twice
    (void)application::release_call(api.deps, caller, call);
  }
  return response;
}

}  // namespace gatehouse::http
