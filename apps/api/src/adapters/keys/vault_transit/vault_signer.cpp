#include "adapters/keys/vault_transit/vault_signer.hpp"

#include <array>
#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "adapters/keys/jws_prefix.hpp"
#include "adapters/keys/published_keys.hpp"
#include "auth/crypto/signature.hpp"
#include "auth/encoding.hpp"
#include "auth/jwk.hpp"

namespace gatehouse::adapters::keys {

/// The active key's version, and what its signatures are checked with.
struct VaultSigner::Ready {
  std::string kid;
  domain::SigningAlgorithm algorithm;
  std::int64_t version;
  auth::PublicKey public_key;
  std::string usual_prefix;
};

struct VaultSigner::Snapshot {
  std::array<std::shared_ptr<const Ready>, 2> ready;
  std::string jwks = R"({"keys":[]})";
  std::string checkpoint_jwks = R"({"keys":[]})";
};

namespace {

// ES256 and EdDSA signatures have 64 bytes, RS256 as many as the modulus.
bool has_right_size(const auth::PublicKey& key, std::string_view signature) {
  return signature.size() == (key.algorithm() == auth::SignatureAlgorithm::RS256 ? key.parts().n.size() : 64);
}

}  // namespace

VaultSigner::VaultSigner(ports::Store& store, VaultClient& vault, domain::SigningAlgorithm configured,
                         BatchSettings batching)
    : store_(store),
      configured_(configured),
      outage_(vault.outage()),
      batch_(vault, batching),
      snapshot_(std::make_shared<const Snapshot>()) {}

VaultSigner::~VaultSigner() = default;

std::shared_ptr<const VaultSigner::Snapshot> VaultSigner::snapshot() const {
  std::lock_guard lock(mutex_);
  return snapshot_;
}

Result<> VaultSigner::refresh() {
  GH_TRY(const auto keys, store_.read([](ports::Tx& tx) { return tx.signing_keys().list(); }));
  auto after = std::make_shared<Snapshot>();
  after->jwks = published_jwks(keys);
  after->checkpoint_jwks = checkpoint_jwks(keys);
  for (const auto purpose : {domain::SigningPurpose::access_token, domain::SigningPurpose::audit_checkpoint}) {
    const auto key = key_to_sign_with(keys, purpose, domain::SigningKeyProvider::vault, configured_);
    if (!key) continue;
    boost::system::error_code malformed;
    const auto jwk = boost::json::parse(key->public_jwk, malformed);
    auto parsed = !malformed && jwk.is_object() ? auth::parse_jwk(jwk.get_object()) : std::nullopt;
    if (!parsed || !key->vault_version)
      return fail(ErrorCode::internal_error, {}, "signing key " + key->kid + " is malformed");
    std::string prefix = header_prefix({parsed->key.algorithm(), key->kid, std::string(usual_type(purpose))});
    after->ready[static_cast<std::size_t>(purpose)] = std::make_shared<const Ready>(
        Ready{key->kid, key->algorithm, *key->vault_version, std::move(parsed->key), std::move(prefix)});
  }
  {
    std::lock_guard lock(mutex_);
    snapshot_ = std::move(after);
  }
  // The type is nobody's: no verifier takes it for a token.
  if (outage_.is_failing(VaultPart::signatures) && !outage_.is_failing(VaultPart::calls))
    (void)sign(ports::SigningPurpose::access_token, "probe+jws", "{}");
  return {};
}

Result<std::string> VaultSigner::sign(ports::SigningPurpose port_purpose, std::string_view typ,
                                      std::string_view payload_json) {
  const auto purpose = to_domain(port_purpose);
  const auto ready = snapshot()->ready[static_cast<std::size_t>(purpose)];
  if (!ready) return unavailable("there is no active signing key yet");
  std::string input = typ == usual_type(purpose)
                          ? ready->usual_prefix
                          : header_prefix({ready->public_key.algorithm(), ready->kid, std::string(typ)});
  input += auth::base64url_encode(payload_json);
  auto jws = signed_by(*ready, std::move(input));
  if (jws)
    outage_.works(VaultPart::signatures);
  else
    outage_.fails(VaultPart::signatures, jws.error().cause);
  return jws;
}

Result<std::string> VaultSigner::signed_by(const Ready& ready, std::string input) {
  GH_TRY(const std::string signature, batch_.sign(ready.algorithm, ready.version, input));
  if (!has_right_size(ready.public_key, signature)) return unavailable("Vault's signature has the wrong size");
  GH_CHECK(prove(ready, input, signature));
  return auth::jws_assemble(std::move(input), signature);
}

// The first signature of each version is verified with the published key: what verifiers would refuse never leaves.
Result<> VaultSigner::prove(const Ready& ready, std::string_view input, std::string_view signature) {
  {
    std::lock_guard lock(mutex_);
    if (proved_.contains(ready.kid)) return {};
  }
  if (!ready.public_key.verify(input, signature))
    return unavailable("Vault's signature does not verify with the published key " + ready.kid);
  std::lock_guard lock(mutex_);
  proved_.insert(ready.kid);
  return {};
}

std::string VaultSigner::jwks_json(Timestamp) { return snapshot()->jwks; }

std::string VaultSigner::checkpoint_jwks_json() { return snapshot()->checkpoint_jwks; }

}  // namespace gatehouse::adapters::keys
