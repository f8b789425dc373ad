#include "adapters/oauth/client_authentication.hpp"

#include "auth/encoding.hpp"
#include "auth/jwt.hpp"

namespace gatehouse::adapters::oauth {
namespace {

constexpr std::int64_t kAppleSecretSeconds = 300;

}  // namespace

Result<ClientAuthentication> ClientAuthentication::make(const ProviderSettings& settings) {
  if (settings.preset->client_auth != ClientAuth::apple_jwt) return ClientAuthentication(settings, std::nullopt);
  auto key = auth::PrivateKey::from_pkcs8_pem(auth::SignatureAlgorithm::ES256, settings.private_key);
  if (!key) {
    return fail(ErrorCode::dependency_unavailable, "oauth.providers." + settings.name +
                                                       ".private_key is no P-256 key in PKCS#8 PEM: give it the text "
                                                       "of the .p8 file, or name the file as private_key_file");
  }
  return ClientAuthentication(settings, std::move(key));
}

void ClientAuthentication::add_to(Form& form, net::HttpHeaders& headers, Timestamp now) const {
  switch (settings_.preset->client_auth) {
    case ClientAuth::client_secret_basic: {
      // Both are form-encoded before they are joined (RFC 6749 section 2.3.1), so that a colon can't split them.
      const std::string pair =
          net::url_encode(settings_.client_id) + ":" + net::url_encode(settings_.client_secret.expose());
      headers.emplace_back("Authorization", "Basic " + auth::base64_encode(pair));
      return;
    }
    case ClientAuth::client_secret_post:
      form.emplace_back("client_id", settings_.client_id);
      form.emplace_back("client_secret", settings_.client_secret.expose());
      return;
    case ClientAuth::apple_jwt:
      form.emplace_back("client_id", settings_.client_id);
      form.emplace_back("client_secret", apple_client_secret(settings_, *key_, now));
      return;
  }
}

std::string apple_client_secret(const ProviderSettings& settings, const auth::PrivateKey& key, Timestamp now) {
  const std::int64_t issued = to_unix_seconds(now);
  return auth::jwt_sign(key, settings.key_id, "",
                        {{"iss", settings.team_id},
                         {"iat", issued},
                         {"exp", issued + kAppleSecretSeconds},
                         {"aud", settings.preset->issuer},
                         {"sub", settings.client_id}});
}

}  // namespace gatehouse::adapters::oauth
