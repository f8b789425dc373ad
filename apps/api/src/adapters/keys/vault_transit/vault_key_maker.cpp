#include <algorithm>
#include <charconv>
#include <map>

#include <boost/json/serialize.hpp>

#include "adapters/keys/algorithm.hpp"
#include "adapters/keys/vault_transit/vault_signer.hpp"
#include "auth/crypto/signature.hpp"
#include "auth/encoding.hpp"
#include "auth/jwk.hpp"

namespace gatehouse::adapters::keys {
namespace {

namespace json = boost::json;

constexpr std::string_view transit_type(domain::SigningAlgorithm algorithm) {
  switch (algorithm) {
    case domain::SigningAlgorithm::ES256:
      return "ecdsa-p256";
    case domain::SigningAlgorithm::RS256:
      return "rsa-2048";
    case domain::SigningAlgorithm::EdDSA:
      break;
  }
  return "ed25519";
}

bool fits(std::string_view type, domain::SigningAlgorithm algorithm) {
  return algorithm == domain::SigningAlgorithm::RS256 ? type.starts_with("rsa-") : type == transit_type(algorithm);
}

std::string text_of(const json::object& object, std::string_view name) {
  const auto* found = object.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::int64_t number_of(const json::object& object, std::string_view name) {
  const auto* found = object.if_contains(name);
  return found != nullptr && found->is_int64() ? found->get_int64() : 0;
}

/// Version to public key, as GET keys/NAME lists them: PEM for EC and RSA, base64 of 32 bytes for ed25519.
using Versions = std::map<std::int64_t, std::string>;

Versions versions_of(const json::object& data) {
  Versions versions;
  const auto* keys = data.if_contains("keys");
  const auto* object = keys == nullptr ? nullptr : keys->if_object();
  if (object == nullptr) return versions;
  const std::int64_t least = std::max<std::int64_t>(number_of(data, "min_encryption_version"), 1);
  for (const auto& [name, value] : *object) {
    std::int64_t version = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), version);
    const auto* key = value.if_object();  // symmetric keys have a number here
    if (error == std::errc() && key != nullptr && version >= least) versions[version] = text_of(*key, "public_key");
  }
  return versions;
}

std::optional<auth::PublicKey> read_public_key(domain::SigningAlgorithm algorithm, const std::string& text) {
  if (algorithm != domain::SigningAlgorithm::EdDSA) return auth::PublicKey::from_pem(to_auth(algorithm), text);
  const auto raw = auth::base64_decode(text);
  return raw ? auth::PublicKey::from_ed25519(*raw) : std::nullopt;
}

std::optional<std::int64_t> newest_unused(const Versions& versions, const std::vector<domain::SigningKey>& existing) {
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    const bool used = std::any_of(existing.begin(), existing.end(), [&](const auto& key) {
      return key.provider == domain::SigningKeyProvider::vault && key.vault_version == version->first;
    });
    if (!used) return version->first;
  }
  return std::nullopt;
}

Result<json::object> read_key(VaultClient& vault, domain::SigningAlgorithm algorithm) {
  const std::string path = vault.transit("keys", vault.settings().signing_key);
  auto data = vault.call("GET", path);
  if (!data && data.error().code == ErrorCode::not_found) {
    GH_TRY([[maybe_unused]] const auto created,
           vault.call("POST", path, {{"type", transit_type(algorithm)}, {"exportable", false}}));
    data = vault.call("GET", path);
  }
  if (!data) return data;
  if (const std::string type = text_of(*data, "type"); !fits(type, algorithm))
    return fail(ErrorCode::internal_error, {},
                "Transit key " + vault.settings().signing_key + " is of type " + type + ", not " +
                    std::string(transit_type(algorithm)) + ": name another in keys.vault.signing_key");
  return data;
}

}  // namespace

Result<domain::SigningKey> VaultKeyMaker::make(domain::SigningAlgorithm algorithm, domain::SigningPurpose purpose,
                                               const std::vector<domain::SigningKey>& existing, Timestamp now) {
  GH_TRY(json::object data, read_key(vault_, algorithm));
  std::optional<std::int64_t> version = newest_unused(versions_of(data), existing);
  if (!version) {
    GH_TRY([[maybe_unused]] const auto rotated,
           vault_.call("POST", vault_.transit("keys", vault_.settings().signing_key) + "/rotate"));
    GH_TRY(data, read_key(vault_, algorithm));
    version = newest_unused(versions_of(data), existing);
  }
  if (!version) return unavailable("Vault shows no new version of the signing key");
  const auto public_key = read_public_key(algorithm, versions_of(data).at(*version));
  if (!public_key) return fail(ErrorCode::internal_error, {}, "Vault's public key can't be read");
  domain::SigningKey key;
  key.kid = auth::jwk_thumbprint(*public_key);
  key.algorithm = algorithm;
  key.purpose = purpose;
  key.provider = domain::SigningKeyProvider::vault;
  key.public_jwk = json::serialize(auth::to_jwk({key.kid, *public_key}));
  key.vault_version = version;
  key.created_at = now;
  return key;
}

}  // namespace gatehouse::adapters::keys
