#include "auth/password_hash.hpp"

#include <charconv>
#include <vector>

#include "auth/crypto/constant_time.hpp"
#include "auth/crypto/random.hpp"
#include "auth/encoding.hpp"

namespace gatehouse::auth {
namespace {

constexpr std::uint32_t kMaxMemoryKib = 256 * 1024;
constexpr std::uint32_t kMaxIterations = 16;
constexpr std::uint32_t kMaxLanes = 16;
constexpr std::uint32_t kMinMemoryKibPerLane = 8;
constexpr std::size_t kMaxPhcLength = 256;

/// Takes `prefix` and then a decimal number without leading zeros from the front.
bool take_number(std::string_view& text, std::string_view prefix, std::uint32_t most, std::uint32_t& out) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  if (text.empty() || text.front() == '0') return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || out > most) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

/// PHC's base64 has the standard alphabet and no padding.
std::optional<std::string> decode_unpadded(std::string_view text) {
  std::string padded(text);
  padded.append((4 - padded.size() % 4) % 4, '=');
  if (text.find('=') != std::string_view::npos) return std::nullopt;
  return base64_decode(padded);
}

std::string encode_unpadded(std::string_view bytes) {
  std::string text = base64_encode(bytes);
  while (text.ends_with('=')) text.pop_back();
  return text;
}

}  // namespace

std::optional<PasswordHash> parse_password_hash(std::string_view phc) {
  constexpr std::string_view kStart = "$argon2id$v=19$";
  if (phc.size() > kMaxPhcLength || !phc.starts_with(kStart)) return std::nullopt;
  std::string_view rest = phc.substr(kStart.size());
  PasswordHash hash;
  if (!take_number(rest, "m=", kMaxMemoryKib, hash.params.memory_kib) ||
      !take_number(rest, ",t=", kMaxIterations, hash.params.iterations) ||
      !take_number(rest, ",p=", kMaxLanes, hash.lanes) || hash.params.memory_kib < kMinMemoryKibPerLane * hash.lanes ||
      !rest.starts_with('$'))
    return std::nullopt;
  rest.remove_prefix(1);
  const std::size_t dollar = rest.find('$');
  if (dollar == std::string_view::npos) return std::nullopt;
  std::optional<std::string> salt = decode_unpadded(rest.substr(0, dollar));
  std::optional<std::string> digest = decode_unpadded(rest.substr(dollar + 1));
  if (!salt || salt->size() < 8 || salt->size() > 64 || !digest || digest->size() < 16 || digest->size() > 64)
    return std::nullopt;
  hash.salt = std::move(*salt);
  hash.digest = std::move(*digest);
  return hash;
}

std::string to_phc(const PasswordHash& hash) {
  return "$argon2id$v=19$m=" + std::to_string(hash.params.memory_kib) + ",t=" + std::to_string(hash.params.iterations) +
         ",p=" + std::to_string(hash.lanes) + '$' + encode_unpadded(hash.salt) + '$' + encode_unpadded(hash.digest);
}

Result<PasswordHash> compute_password_hash(const Secret<std::string>& password, std::string_view salt,
                                           Argon2Params params) {
  std::optional<std::string> digest = argon2id(password.expose(), salt, params);
  if (!digest) {
    Error error;
    error.code = ErrorCode::overloaded;
    error.cause = "no work memory for Argon2id";
    error.retry_after = std::chrono::seconds(1);
    return fail(std::move(error));
  }
  return PasswordHash{params, 1, std::string(salt), std::move(*digest)};
}

Result<std::string> hash_password(const Secret<std::string>& password, Argon2Params params) {
  GH_TRY(const PasswordHash hash, compute_password_hash(password, random_bytes(kArgon2SaltBytes), params));
  return to_phc(hash);
}

bool same_password_hash(const PasswordHash& a, const PasswordHash& b) {
  return a.params == b.params && a.lanes == b.lanes && a.salt == b.salt && equal_in_constant_time(a.digest, b.digest);
}

Result<bool> verify_password(const std::string& phc, const Secret<std::string>& password) {
  const std::optional<PasswordHash> stored = parse_password_hash(phc);
  if (!stored) return fail(ErrorCode::internal_error, {}, "the stored password hash is not readable");
  const bool is_ours =
      stored->lanes == 1 && stored->salt.size() == kArgon2SaltBytes && stored->digest.size() == kArgon2DigestBytes;
  if (!is_ours) return argon2id_phc_matches(phc, password.expose());
  GH_TRY(const PasswordHash computed, compute_password_hash(password, stored->salt, stored->params));
  return same_password_hash(*stored, computed);
}

bool needs_rehash(std::string_view phc, Argon2Params params) {
  const std::optional<PasswordHash> stored = parse_password_hash(phc);
  return !stored || stored->params != params || stored->lanes != 1 || stored->salt.size() != kArgon2SaltBytes ||
         stored->digest.size() != kArgon2DigestBytes;
}

}  // namespace gatehouse::auth
