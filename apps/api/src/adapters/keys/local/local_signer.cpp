#include "adapters/keys/local/local_signer.hpp"

#include <array>
#include <utility>

#include <boost/json/serialize.hpp>

#include "adapters/keys/algorithm.hpp"
#include "adapters/keys/jws_prefix.hpp"
#include "adapters/keys/published_keys.hpp"
#include "auth/crypto/signature.hpp"
#include "auth/encoding.hpp"
#include "auth/jwk.hpp"
#include "auth/jws.hpp"

namespace gatehouse::adapters::keys {
namespace {

constexpr std::size_t kPurposes = 2;

}  // namespace

Result<domain::SigningKey> LocalKeyMaker::make(domain::SigningAlgorithm algorithm, domain::SigningPurpose purpose,
                                               const std::vector<domain::SigningKey>&, Timestamp now) {
  const auto private_key = auth::PrivateKey::generate(to_auth(algorithm));
  domain::SigningKey key;
  key.kid = auth::jwk_thumbprint(private_key.public_key());
  key.algorithm = algorithm;
  key.purpose = purpose;
  key.provider = domain::SigningKeyProvider::local;
  key.public_jwk = boost::json::serialize(auth::to_jwk({key.kid, private_key.public_key()}));
  const auto der = private_key.to_pkcs8_der();
  GH_TRY(key.sealed_private_key, cipher_.seal(ports::DataPurpose::signing_key, key.kid, der.expose()));
  key.created_at = now;
  return key;
}

/// A key with which to sign, and the encoded header of the purpose's usual type.
struct LocalSigner::Ready {
  std::string kid;
  auth::PrivateKey key;
  std::string usual_prefix;
};

struct LocalSigner::Snapshot {
  std::array<std::shared_ptr<const Ready>, kPurposes> ready;
  std::string jwks = R"({"keys":[]})";
  std::string checkpoint_jwks = R"({"keys":[]})";
};

LocalSigner::LocalSigner(ports::Store& store, ports::DataCipher& cipher, domain::SigningAlgorithm configured)
    : store_(store), cipher_(cipher), configured_(configured), snapshot_(std::make_shared<const Snapshot>()) {}

LocalSigner::~LocalSigner() = default;

std::shared_ptr<const LocalSigner::Snapshot> LocalSigner::snapshot() const {
  std::lock_guard lock(mutex_);
  return snapshot_;
}

Result<> LocalSigner::refresh() {
  GH_TRY(const auto keys, store_.read([](ports::Tx& tx) { return tx.signing_keys().list(); }));
  const auto before = snapshot();
  auto after = std::make_shared<Snapshot>();
  after->jwks = published_jwks(keys);
  after->checkpoint_jwks = checkpoint_jwks(keys);
  for (const auto purpose : {domain::SigningPurpose::access_token, domain::SigningPurpose::audit_checkpoint}) {
    const auto key = key_to_sign_with(keys, purpose, domain::SigningKeyProvider::local, configured_);
    if (!key) continue;
    GH_TRY(after->ready[static_cast<std::size_t>(purpose)], unseal(*key, *before));
  }
  std::lock_guard lock(mutex_);
  snapshot_ = std::move(after);
  return {};
}

Result<std::shared_ptr<const LocalSigner::Ready>> LocalSigner::unseal(const domain::SigningKey& key,
                                                                      const Snapshot& before) {
  const auto& known = before.ready[static_cast<std::size_t>(key.purpose)];
  if (known && known->kid == key.kid) return known;
  if (!key.sealed_private_key)
    return fail(ErrorCode::internal_error, {}, "signing key " + key.kid + " has no private half");
  GH_TRY(const Secret<std::string> der,
         cipher_.open(ports::DataPurpose::signing_key, key.kid, *key.sealed_private_key));
  auto private_key = auth::PrivateKey::from_pkcs8_der(to_auth(key.algorithm), der);
  if (!private_key) return fail(ErrorCode::internal_error, {}, "signing key " + key.kid + " is malformed");
  std::string prefix = header_prefix({private_key->algorithm(), key.kid, std::string(usual_type(key.purpose))});
  return std::make_shared<const Ready>(Ready{key.kid, std::move(*private_key), std::move(prefix)});
}

Result<std::string> LocalSigner::sign(ports::SigningPurpose port_purpose, std::string_view typ,
                                      std::string_view payload_json) {
  const auto purpose = to_domain(port_purpose);
  const auto ready = snapshot()->ready[static_cast<std::size_t>(purpose)];
  if (!ready) return unavailable("there is no active signing key yet");
  std::string input = typ == usual_type(purpose)
                          ? ready->usual_prefix
                          : header_prefix({ready->key.algorithm(), ready->kid, std::string(typ)});
  input.reserve(input.size() + payload_json.size() * 4 / 3 + 512);
  input += auth::base64url_encode(payload_json);
  const std::string signature = ready->key.sign(input);
  return auth::jws_assemble(std::move(input), signature);
}

std::string LocalSigner::jwks_json(Timestamp) { return snapshot()->jwks; }

std::string LocalSigner::checkpoint_jwks_json() { return snapshot()->checkpoint_jwks; }

}  // namespace gatehouse::adapters::keys
