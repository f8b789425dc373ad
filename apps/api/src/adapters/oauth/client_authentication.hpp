#pragma once
// How we prove to a provider's token endpoint that we are its client (RFC 6749 section 2.3.1; Apple's client secret is
// a JWT that we sign, RFC 7523 in spirit). Thread-safe.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/net/http_client.hpp"
#include "adapters/oauth/provider_settings.hpp"
#include "auth/crypto/signature.hpp"
#include "foundation/result.hpp"
#include "foundation/time.hpp"

namespace gatehouse::adapters::oauth {

using Form = std::vector<std::pair<std::string, std::string>>;

class ClientAuthentication {
 public:
  /// Returns `dependency_unavailable` with the mend in `detail` when Apple's private key can't be read.
  static Result<ClientAuthentication> make(const ProviderSettings& settings);

  /// Puts the proof where the provider wants it: into the form, or into a header.
  void add_to(Form& form, net::HttpHeaders& headers, Timestamp now) const;

 private:
  ClientAuthentication(const ProviderSettings& settings, std::optional<auth::PrivateKey> key)
      : settings_(settings), key_(std::move(key)) {}

  const ProviderSettings& settings_;
  std::optional<auth::PrivateKey> key_;
};

/// Apple's client secret: an ES256 JWT of five minutes, made anew for each use (Apple takes up to six months, which
/// would make it a password).
std::string apple_client_secret(const ProviderSettings& settings, const auth::PrivateKey& key, Timestamp now);

}  // namespace gatehouse::adapters::oauth
