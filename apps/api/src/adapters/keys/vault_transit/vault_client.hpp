#pragma once
// Calls to HashiCorp Vault or OpenBao: login by token or AppRole, renewal at two thirds of the lease, namespaces, a
// pinned CA, and a circuit breaker, so that an outage costs callers nothing. A fresh login happens when a lease shrinks
// or can't be renewed, and the old token serves until the new one works. What becomes of each call is told to outage().
// Blocking; thread-safe.
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "adapters/clock/ticker.hpp"
#include "adapters/keys/vault_transit/vault_outage.hpp"
#include "adapters/net/http_client.hpp"
#include "foundation/result.hpp"
#include "foundation/secret.hpp"

namespace gatehouse::adapters::keys {

enum class VaultAuth { token, approle };

struct VaultSettings {
  std::string address;  ///< https://host:port; http only on loopback, which the configuration's check sees to
  std::string name_space{};
  std::string mount = "transit";
  std::string signing_key = "gatehouse-signing";
  std::string encryption_key = "gatehouse-encryption";
  VaultAuth auth = VaultAuth::token;
  Secret<std::string> token{};
  std::string role_id{};
  Secret<std::string> secret_id{};
  std::string ca_file{};
  std::chrono::milliseconds timeout{3'000};
};

class VaultClient {
 public:
  explicit VaultClient(VaultSettings settings);
  ~VaultClient();

  /// `data` of the answer to `method path`, with path below /v1/; an empty object where there is none.
  /// Returns `dependency_unavailable` with Retry-After when Vault is away, sealed, slow, busy or refuses the token,
  /// `not_found` for 404, `internal_error` for other requests that it will never take; the cause says why.
  Result<boost::json::object> call(const std::string& method, const std::string& path,
                                   const boost::json::object& body = {});

  /// Whether Vault answers and takes our token now.
  Result<> check();

  const VaultSettings& settings() const { return settings_; }
  /// Fed by every call, and by a look of its own at the signing key while calls fail or none was made for a while.
  VaultOutage& outage() { return outage_; }
  /// `mount/verb/key`.
  std::string transit(std::string_view verb, std::string_view key) const;

 private:
  struct Login {
    Secret<std::string> token;
    bool renewable = false;
    std::chrono::seconds lease{0};
    std::chrono::steady_clock::time_point renew_at{};
  };

  Result<std::shared_ptr<const Login>> login(const std::shared_ptr<const Login>& refused);
  Result<Login> fresh_login();
  Result<Login> adopt_token();
  Result<Login> read_login(const boost::json::object& answer) const;
  Result<boost::json::object> call_once(const std::string& method, const std::string& path,
                                        const boost::json::object& body);
  void maintain();
  void renew(const std::shared_ptr<const Login>& held);
  void look();
  Result<boost::json::object> exchange(const std::string& method, const std::string& path,
                                       const boost::json::object& body, const Secret<std::string>* token, int* status);
  Result<> admit();
  void note(bool answered, const std::string& cause);
  std::shared_ptr<const Login> current() const;

  const VaultSettings settings_;
  net::HttpClient http_;
  mutable std::mutex mutex_;  ///< of what follows
  std::shared_ptr<const Login> login_;
  int failures_ = 0;
  std::string last_cause_;
  std::chrono::steady_clock::time_point closed_until_{};
  std::mutex logging_in_;
  std::chrono::steady_clock::time_point login_refused_until_{};  ///< this and the next under logging_in_
  std::string login_refusal_;
  VaultOutage outage_;
  std::atomic<std::chrono::steady_clock::rep> last_call_{0};
  Ticker renewal_;
};

}  // namespace gatehouse::adapters::keys
