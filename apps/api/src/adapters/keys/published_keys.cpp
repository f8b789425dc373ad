#include "adapters/keys/published_keys.hpp"

#include <algorithm>

namespace gatehouse::adapters::keys {
namespace {

template <class Wanted>
std::string key_set(const std::vector<domain::SigningKey>& keys, Wanted&& wanted) {
  std::vector<const domain::SigningKey*> chosen;
  for (const auto& key : keys) {
    if (wanted(key)) chosen.push_back(&key);
  }
  std::stable_sort(chosen.begin(), chosen.end(), [](const auto* a, const auto* b) {
    return (a->state == domain::SigningKeyState::active) > (b->state == domain::SigningKeyState::active);
  });
  std::string json = R"({"keys":[)";
  for (const auto* key : chosen) {
    if (json.back() != '[') json += ',';
    json += key->public_jwk;
  }
  return json += "]}";
}

}  // namespace

domain::SigningPurpose to_domain(ports::SigningPurpose purpose) {
  return purpose == ports::SigningPurpose::access_token ? domain::SigningPurpose::access_token
                                                        : domain::SigningPurpose::audit_checkpoint;
}

std::string published_jwks(const std::vector<domain::SigningKey>& keys) {
  return key_set(keys, [](const domain::SigningKey& key) {
    return key.purpose == domain::SigningPurpose::access_token && key.state != domain::SigningKeyState::gone;
  });
}

std::string checkpoint_jwks(const std::vector<domain::SigningKey>& keys) {
  return key_set(keys,
                 [](const domain::SigningKey& key) { return key.purpose == domain::SigningPurpose::audit_checkpoint; });
}

std::optional<domain::SigningKey> key_to_sign_with(const std::vector<domain::SigningKey>& keys,
                                                   domain::SigningPurpose purpose, domain::SigningKeyProvider provider,
                                                   domain::SigningAlgorithm configured) {
  const domain::SigningKey* found = nullptr;
  for (const auto& key : keys) {
    if (key.purpose != purpose || key.provider != provider || key.state != domain::SigningKeyState::active) continue;
    if (found == nullptr || key.algorithm == configured) found = &key;
  }
  return found == nullptr ? std::nullopt : std::optional(*found);
}

}  // namespace gatehouse::adapters::keys
