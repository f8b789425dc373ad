#include "adapters/keys/vault_transit/vault_key_wrap.hpp"

#include "auth/crypto/constant_time.hpp"
#include "auth/crypto/digest.hpp"
#include "auth/encoding.hpp"

namespace gatehouse::adapters::keys {
namespace {

constexpr std::size_t kDigestBytes = 32;

Result<std::string> wrapped_text(const boost::json::object& data, std::string_view name) {
  const auto* found = data.if_contains(name);
  if (found == nullptr || !found->is_string()) return unavailable("Vault's answer has no " + std::string(name));
  return std::string(found->as_string());
}

}  // namespace

std::string VaultKeyWrap::name() const { return "vault:" + vault_.settings().encryption_key; }

std::string VaultKeyWrap::version_of(std::string_view wrapped) const {
  return std::string(wrapped.substr(0, wrapped.rfind(':')));
}

// The context's digest travels inside, so that a wrapped key can't be moved to another row; Transit's own associated
// data would do the same, but not on every version.
Result<std::string> VaultKeyWrap::wrap(const Secret<std::string>& key, std::string_view context) {
  const Secret<std::string> plain(auth::base64_encode(key.expose() + auth::sha256(context)));
  GH_TRY(const auto data, vault_.call("POST", vault_.transit("encrypt", vault_.settings().encryption_key),
                                      {{"plaintext", plain.expose()}}));
  return wrapped_text(data, "ciphertext");
}

Result<Secret<std::string>> VaultKeyWrap::unwrap(std::string_view wrapped, std::string_view context) {
  GH_TRY(const auto data,
         vault_.call("POST", vault_.transit("decrypt", vault_.settings().encryption_key), {{"ciphertext", wrapped}}));
  GH_TRY(const std::string text, wrapped_text(data, "plaintext"));
  const auto plain = auth::base64_decode(text);
  if (!plain || plain->size() <= kDigestBytes)
    return fail(ErrorCode::internal_error, {}, "Vault opened something else");
  const Secret<std::string> whole(*plain);
  const std::size_t size = whole.expose().size() - kDigestBytes;
  if (!auth::equal_in_constant_time(std::string_view(whole.expose()).substr(size), auth::sha256(context)))
    return fail(ErrorCode::internal_error, {}, "a wrapped data key is not of its row");
  return Secret<std::string>(whole.expose().substr(0, size));
}

}  // namespace gatehouse::adapters::keys
