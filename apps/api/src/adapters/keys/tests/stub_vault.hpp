#pragma once
// As much of Vault as the tests of this folder need: a token, AppRole with leases that end, and one Transit signing key
// with versions, plus faults on demand. The strict stand-in of the whole API lives elsewhere.
#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include <boost/json.hpp>

#include "adapters/keys/algorithm.hpp"
#include "adapters/keys/vault_transit/vault_client.hpp"
#include "adapters/net/tests/stub_server.hpp"
#include "auth/crypto/aead.hpp"
#include "auth/crypto/signature.hpp"
#include "auth/encoding.hpp"

namespace gatehouse::adapters::keys::testing {

namespace json = boost::json;
using adapters::testing::StubRequest;
using adapters::testing::StubResponse;

class StubVault {
 public:
  std::string good_token = "root";
  std::atomic<int> lease{3600};
  std::atomic<bool> renewable{true};
  std::atomic<int> sealed_status{0};  ///< every call answers this where it is not 0
  std::atomic<int> delay_ms{0};
  std::atomic<bool> wrong_version{false}, garbage{false}, wrong_signature{false}, item_errors{false},
      forbid_rotate{false};
  std::atomic<int> encryption_version{1};
  std::atomic<int> logins{0}, renewals{0}, sign_calls{0}, calls{0};
  std::string namespace_seen;

  VaultSettings settings() const {
    VaultSettings vault;
    vault.address = server_.url();
    vault.token = Secret<std::string>(good_token);
    vault.timeout = std::chrono::milliseconds(2'000);
    return vault;
  }
  VaultSettings approle() const {
    VaultSettings vault = settings();
    vault.auth = VaultAuth::approle;
    vault.role_id = "role";
    vault.secret_id = Secret<std::string>(std::string("secret"));
    return vault;
  }
  void revoke_tokens() {
    std::lock_guard lock(mutex_);
    good_token = "revoked-for-good";
  }
  int versions() {
    std::lock_guard lock(mutex_);
    return static_cast<int>(keys_.size());
  }

 private:
  static StubResponse data(json::object object) {
    return {200, json::serialize(json::object{{"data", std::move(object)}})};
  }
  static StubResponse error(int status, const std::string& text) {
    return {status, json::serialize(json::object{{"errors", json::array{text}}})};
  }

  StubResponse answer(const StubRequest& request) {
    ++calls;
    if (delay_ms > 0) std::this_thread::sleep_for(std::chrono::milliseconds(delay_ms));
    if (sealed_status != 0) return error(sealed_status, "Vault is sealed");
    if (garbage) return {200, "<html>garbage"};
    std::lock_guard lock(mutex_);
    if (request.headers.contains("x-vault-namespace")) namespace_seen = request.headers.at("x-vault-namespace");
    const std::string path = request.target.substr(4);
    const json::object body = request.body.empty() ? json::object() : json::parse(request.body).as_object();
    if (path == "auth/approle/login") return log_in(body);
    if (!request.headers.contains("x-vault-token") || request.headers.at("x-vault-token") != good_token)
      return error(403, "permission denied");
    if (path == "auth/token/lookup-self") return data({{"ttl", lease.load()}, {"renewable", renewable.load()}});
    if (path == "auth/token/renew-self") {
      ++renewals;
      return login_answer();
    }
    if (path == "transit/keys/gatehouse-signing") return request.method == "GET" ? read_key() : create_key(body);
    if (path == "transit/keys/gatehouse-signing/rotate") {
      if (forbid_rotate) return error(403, "permission denied");
      keys_.push_back(auth::PrivateKey::generate(algorithm_));
      return {204, ""};
    }
    if (path == "transit/sign/gatehouse-signing") return sign(body);
    if (path == "transit/encrypt/gatehouse-encryption")
      return data(
          {{"ciphertext", "vault:v" + std::to_string(encryption_version) + ":" +
                              auth::base64_encode(auth::aead_seal(wrapping_, body.at("plaintext").as_string(), ""))}});
    if (path == "transit/decrypt/gatehouse-encryption") {
      const auto sealed = auth::base64_decode(std::string(body.at("ciphertext").as_string()).substr(9));
      const auto plain = sealed ? auth::aead_open(wrapping_, *sealed, "") : std::nullopt;
      return plain ? data({{"plaintext", plain->expose()}}) : error(400, "cipher: message authentication failed");
    }
    return error(404, "no handler for route");
  }

  StubResponse log_in(const json::object& body) {
    ++logins;
    if (body.at("secret_id").as_string() != "secret") return error(400, "invalid role or secret ID");
    good_token = "approle-" + std::to_string(logins.load());
    return login_answer();
  }
  StubResponse login_answer() {
    return {200, json::serialize(json::object{{"auth", json::object{{"client_token", good_token},
                                                                    {"lease_duration", lease.load()},
                                                                    {"renewable", renewable.load()}}}})};
  }
  StubResponse create_key(const json::object& body) {
    type_ = std::string(body.at("type").as_string());
    algorithm_ = type_ == "ed25519"      ? auth::SignatureAlgorithm::EdDSA
                 : type_ == "ecdsa-p256" ? auth::SignatureAlgorithm::ES256
                                         : auth::SignatureAlgorithm::RS256;
    keys_.push_back(auth::PrivateKey::generate(algorithm_));
    return {204, ""};
  }
  StubResponse read_key() {
    if (keys_.empty()) return {404, R"({"errors":[]})"};
    json::object versions;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      const auto key = keys_[i].public_key();
      const std::string text = type_ == "ed25519" ? auth::base64_encode(key.parts().x) : key.to_pem();
      versions[std::to_string(i + 1)] = json::object{{"public_key", text}};
    }
    return data({{"type", type_}, {"latest_version", keys_.size()}, {"min_encryption_version", 0}, {"keys", versions}});
  }
  StubResponse sign(const json::object& body) {
    ++sign_calls;
    const auto version = body.at("key_version").as_int64();
    if (type_ == "rsa-2048" && body.at("signature_algorithm").as_string() != "pkcs1v15")
      return error(400, "not pkcs1v15");
    if (body.at("marshaling_algorithm").as_string() != "jws") return error(400, "not jws");
    json::array results;
    for (const auto& item : body.at("batch_input").as_array()) {
      if (item_errors && results.size() % 2 == 1) {
        results.push_back(json::object{{"error", "signing key not found"}});
        continue;
      }
      std::string input = auth::base64_decode(std::string(item.at("input").as_string())).value();
      if (wrong_signature) input += "x";
      const std::string signature = keys_.at(static_cast<std::size_t>(version - 1)).sign(input);
      results.push_back(json::object{{"signature", "vault:v" + std::to_string(wrong_version ? version + 1 : version) +
                                                       ":" + auth::base64url_encode(signature)}});
    }
    return data({{"batch_results", std::move(results)}});
  }

  std::mutex mutex_;
  std::string type_;
  auth::SignatureAlgorithm algorithm_ = auth::SignatureAlgorithm::EdDSA;
  std::vector<auth::PrivateKey> keys_;
  const Secret<std::string> wrapping_ = auth::new_aead_key();
  adapters::testing::StubServer server_{[this](const StubRequest& request) { return answer(request); }};
};

}  // namespace gatehouse::adapters::keys::testing
