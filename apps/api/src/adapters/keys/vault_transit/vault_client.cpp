#include "adapters/keys/vault_transit/vault_client.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace gatehouse::adapters::keys {
namespace {

namespace json = boost::json;
using std::chrono::steady_clock;

constexpr int kFailuresToOpen = 5;
constexpr auto kOpenFor = std::chrono::seconds(1);
constexpr auto kRenewalLooks = std::chrono::milliseconds(500);
constexpr auto kRetryLogin = std::chrono::seconds(2);
constexpr auto kRefusedLogin = std::chrono::seconds(1);  ///< a refused login is not tried again for as long
constexpr auto kLookWhenIdle = std::chrono::seconds(5);

net::HttpSettings http_settings(const VaultSettings& vault) {
  net::HttpSettings http;
  http.connect_timeout = std::min(vault.timeout, std::chrono::milliseconds(2'000));
  http.timeout = vault.timeout;
  http.max_body = 4 * 1024 * 1024;
  http.allow_private = true;  // Vault is ours
  http.allow_http = vault.address.starts_with("http://");
  http.ca_file = vault.ca_file;
  return http;
}

const json::object* object_in(const json::object& object, std::string_view name) {
  const auto* found = object.if_contains(name);
  return found == nullptr ? nullptr : found->if_object();
}

// The first of `errors`, which are sentences of Vault's and hold nothing secret.
std::string error_text(const json::object& answer) {
  const auto* errors = answer.if_contains("errors");
  const auto* list = errors == nullptr ? nullptr : errors->if_array();
  if (list == nullptr || list->empty() || !list->front().is_string()) return "no reason given";
  return std::string(list->front().as_string().subview(0, 200));
}

}  // namespace

VaultClient::VaultClient(VaultSettings settings)
    : settings_(std::move(settings)),
      http_(http_settings(settings_)),
      renewal_(kRenewalLooks, [this] { maintain(); }) {}

VaultClient::~VaultClient() = default;

std::string VaultClient::transit(std::string_view verb, std::string_view key) const {
  return fmt::format("{}/{}/{}", settings_.mount, verb, net::url_encode(key));
}

std::shared_ptr<const VaultClient::Login> VaultClient::current() const {
  std::lock_guard lock(mutex_);
  return login_;
}

// The breaker: after some failures in a row callers are refused at once for a second; then one is let through to see.
Result<> VaultClient::admit() {
  std::lock_guard lock(mutex_);
  if (failures_ < kFailuresToOpen) return {};
  const auto now = steady_clock::now();
  if (now < closed_until_) return unavailable("Vault is left alone for a moment: " + last_cause_, kOpenFor);
  closed_until_ = now + kOpenFor;
  return {};
}

void VaultClient::note(bool answered, const std::string& cause) {
  std::lock_guard lock(mutex_);
  if (!answered) last_cause_ = cause;
  failures_ = answered ? 0 : failures_ + 1;
  if (failures_ >= kFailuresToOpen) closed_until_ = steady_clock::now() + kOpenFor;
}

Result<json::object> VaultClient::exchange(const std::string& method, const std::string& path, const json::object& body,
                                           const Secret<std::string>* token, int* status) {
  GH_CHECK(admit());
  net::HttpRequest request{method, settings_.address + "/v1/" + path};
  if (token != nullptr) request.headers.emplace_back("X-Vault-Token", token->expose());
  if (!settings_.name_space.empty()) request.headers.emplace_back("X-Vault-Namespace", settings_.name_space);
  request.headers.emplace_back("X-Vault-Request", "true");
  if (method != "GET") {
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = json::serialize(body);
  }
  const auto response = http_.send(request);
  if (!response) {
    note(false, response.error().cause);
    return unavailable("Vault: " + response.error().cause);
  }
  if (status != nullptr) *status = response->status;
  boost::system::error_code malformed;
  json::value parsed = response->body.empty() ? json::value(json::object()) : json::parse(response->body, malformed);
  json::object* answer = malformed ? nullptr : parsed.if_object();
  const std::string reason = answer == nullptr ? "no JSON object" : error_text(*answer);
  const std::string cause = fmt::format("Vault answers {} to {}: {}", response->status, path, reason);
  const bool ours = response->status == 400 || response->status == 404 || response->status == 405;
  const bool good = response->status < 300 && answer != nullptr;
  note(good || ours || response->status == 403, cause);
  if (good) return std::move(*answer);
  if (response->status == 404) return fail(ErrorCode::not_found, {}, cause);
  if (ours) return fail(ErrorCode::internal_error, {}, cause);
  return unavailable(cause, response->retry_after().value_or(std::chrono::seconds(1)));
}

Result<json::object> VaultClient::call(const std::string& method, const std::string& path, const json::object& body) {
  last_call_ = steady_clock::now().time_since_epoch().count();
  auto answer = call_once(method, path, body);
  // A request that Vault will never take was answered all the same.
  if (answer || answer.error().code != ErrorCode::dependency_unavailable)
    outage_.works(VaultPart::calls);
  else
    outage_.fails(VaultPart::calls, answer.error().cause);
  return answer;
}

Result<json::object> VaultClient::call_once(const std::string& method, const std::string& path,
                                            const json::object& body) {
  std::shared_ptr<const Login> used = current();
  if (!used) {
    GH_TRY(used, login(nullptr));
  }
  int status = 0;
  auto answer = exchange(method, path, body, &used->token, &status);
  if (!answer && status == 412) answer = exchange(method, path, body, &used->token, &status);  // not replicated yet
  if (!answer && status == 403) {
    // The token may have been revoked; a policy that forbids the path stays as it is.
    GH_TRY(used, login(used));
    answer = exchange(method, path, body, &used->token, &status);
  }
  if (!answer) return Failure(std::move(answer).error());
  const auto* data = object_in(*answer, "data");
  return data == nullptr ? json::object() : *data;
}

Result<> VaultClient::check() {
  GH_TRY([[maybe_unused]] const auto self, call("GET", "auth/token/lookup-self"));
  return {};
}

// One caller logs in, the others wait and take what it got.
Result<std::shared_ptr<const VaultClient::Login>> VaultClient::login(const std::shared_ptr<const Login>& refused) {
  std::lock_guard alone(logging_in_);
  if (auto now = current(); now && now != refused) return now;
  if (steady_clock::now() < login_refused_until_) return unavailable(login_refusal_, kRefusedLogin);
  auto fresh = settings_.auth == VaultAuth::approle ? fresh_login() : adopt_token();
  if (!fresh) {
    // Refused for good, as with a wrong secret, or for now: nothing works without a login.
    login_refused_until_ = steady_clock::now() + kRefusedLogin;
    login_refusal_ = "no login at Vault: " + fresh.error().cause;
    return unavailable(login_refusal_, kRefusedLogin);
  }
  auto shared = std::make_shared<const Login>(std::move(*fresh));
  std::lock_guard lock(mutex_);
  login_ = shared;
  return shared;
}

Result<VaultClient::Login> VaultClient::fresh_login() {
  GH_TRY(const json::object answer,
         exchange("POST", "auth/approle/login",
                  {{"role_id", settings_.role_id}, {"secret_id", settings_.secret_id.expose()}}, nullptr, nullptr));
  return read_login(answer);
}

// A given token is used as it is; what Vault says of it tells when to renew it.
Result<VaultClient::Login> VaultClient::adopt_token() {
  Login login;
  login.token = settings_.token;
  login.renew_at = steady_clock::time_point::max();
  int status = 0;
  const auto answer = exchange("GET", "auth/token/lookup-self", {}, &settings_.token, &status);
  if (!answer && status == 403) return unavailable("Vault refuses the token: " + answer.error().cause);
  const auto* data = answer ? object_in(*answer, "data") : nullptr;
  if (data == nullptr) return login;  // a policy may forbid looking; the token itself may still be good
  const auto* ttl = data->if_contains("ttl");
  const auto* renewable = data->if_contains("renewable");
  if (ttl != nullptr && ttl->is_number()) login.lease = std::chrono::seconds(ttl->to_number<std::int64_t>());
  login.renewable = renewable != nullptr && renewable->is_bool() && renewable->get_bool();
  if (login.renewable && login.lease.count() > 0) login.renew_at = steady_clock::now() + login.lease * 2 / 3;
  return login;
}

Result<VaultClient::Login> VaultClient::read_login(const json::object& answer) const {
  const auto* auth = object_in(answer, "auth");
  const auto* token = auth == nullptr ? nullptr : auth->if_contains("client_token");
  if (token == nullptr || !token->is_string()) return unavailable("Vault's login has no token");
  Login login;
  login.token = Secret<std::string>(std::string(token->as_string()));
  const auto* lease = auth->if_contains("lease_duration");
  const auto* renewable = auth->if_contains("renewable");
  if (lease != nullptr && lease->is_number()) login.lease = std::chrono::seconds(lease->to_number<std::int64_t>());
  login.renewable = renewable != nullptr && renewable->is_bool() && renewable->get_bool();
  login.renew_at = login.lease.count() > 0 ? steady_clock::now() + std::chrono::milliseconds(login.lease) * 2 / 3
                                           : steady_clock::time_point::max();
  return login;
}

void VaultClient::maintain() {
  const auto held = current();
  if (held && steady_clock::now() >= held->renew_at) renew(held);
  look();
}

// Without requests nobody would notice that Vault is away, or that it is back.
void VaultClient::look() {
  const auto last = steady_clock::time_point(steady_clock::duration(last_call_.load()));
  const bool idle = last != steady_clock::time_point() && steady_clock::now() - last >= kLookWhenIdle;
  if (idle || outage_.is_failing(VaultPart::calls)) (void)call("GET", transit("keys", settings_.signing_key));
}

void VaultClient::renew(const std::shared_ptr<const Login>& now_held) {
  std::optional<Login> next;
  if (now_held->renewable) {
    const auto answer =
        exchange("POST", "auth/token/renew-self", {{"increment", fmt::format("{}s", now_held->lease.count())}},
                 &now_held->token, nullptr);
    auto renewed = answer ? read_login(*answer) : Result<Login>(unavailable("not renewed"));
    // A lease that shrinks is near the end of the token's life.
    const bool whole = renewed && (renewed->lease >= now_held->lease || settings_.auth == VaultAuth::token);
    if (whole) next = std::move(*renewed);
  }
  if (!next && settings_.auth == VaultAuth::approle) {
    if (auto fresh = fresh_login()) next = std::move(*fresh);
  }
  if (!next) {
    next = *now_held;
    next->renew_at = steady_clock::now() + kRetryLogin;
  }
  std::lock_guard lock(mutex_);
  if (login_ == now_held) login_ = std::make_shared<const Login>(std::move(*next));
}

}  // namespace gatehouse::adapters::keys
