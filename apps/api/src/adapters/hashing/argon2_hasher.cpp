#include "adapters/hashing/argon2_hasher.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "auth/crypto/random.hpp"
#include "auth/crypto/work_memory.hpp"
#include "auth/password_hash.hpp"

namespace gatehouse::adapters::hashing {
namespace {

constexpr auto kIdle = std::chrono::seconds(2);

HasherSettings with_threads(HasherSettings settings) {
  if (settings.threads <= 0) settings.threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  return settings;
}

// A random digest is one that no password has.
std::string make_decoy(auth::Argon2Params params) {
  return auth::to_phc(
      {params, 1, auth::random_bytes(auth::kArgon2SaltBytes), auth::random_bytes(auth::kArgon2DigestBytes)});
}

Failure overloaded() {
  Error error;
  error.code = ErrorCode::overloaded;
  error.cause = "hash queue full";
  error.retry_after = std::chrono::seconds(1);
  return fail(std::move(error));
}

// Imported hashes may have lanes or sizes that ours never have. They can only be verified, so the answer is the hash
// itself or one that fits nothing, at the same cost.
Result<std::string> hash_like_import(const Secret<std::string>& password, const std::string& phc,
                                     auth::PasswordHash parsed) {
  GH_TRY(const bool matches, auth::verify_password(phc, password));
  if (matches) return phc;
  parsed.digest = auth::random_bytes(parsed.digest.size());
  return auth::to_phc(parsed);
}

}  // namespace

/// A place inside the gate for the life of the object; none when the queue was full.
class Argon2Hasher::Pass {
 public:
  explicit Pass(Argon2Hasher& gate) : gate_(gate) {
    std::unique_lock lock(gate_.mutex_);
    if (gate_.inside_ >= gate_.settings_.threads) {
      if (gate_.waiting_ >= gate_.settings_.queue) return;
      ++gate_.waiting_;
      gate_.freed_.wait(lock, [&] { return gate_.inside_ < gate_.settings_.threads; });
      --gate_.waiting_;
    }
    ++gate_.inside_;
    granted_ = true;
  }
  ~Pass() {
    if (!granted_) return;
    {
      std::lock_guard lock(gate_.mutex_);
      --gate_.inside_;
    }
    gate_.freed_.notify_one();
  }
  Pass(const Pass&) = delete;
  Pass& operator=(const Pass&) = delete;
  explicit operator bool() const { return granted_; }

 private:
  Argon2Hasher& gate_;
  bool granted_ = false;
};

Argon2Hasher::Argon2Hasher(HasherSettings settings)
    : settings_(with_threads(settings)),
      decoy_(make_decoy(settings.params)),
      idle_release_(kIdle, [] { auth::release_idle_work_memory(); }) {}

Result<std::string> Argon2Hasher::hash(const Secret<std::string>& password) {
  const Pass pass(*this);
  if (!pass) return overloaded();
  const auth::HashThreadArena arena(auth::argon2id_work_bytes(settings_.params));
  return auth::hash_password(password, settings_.params);
}

Result<std::string> Argon2Hasher::hash_like(const Secret<std::string>& password, const std::string& phc) {
  auto parsed = auth::parse_password_hash(phc);
  if (!parsed) return fail(ErrorCode::internal_error, {}, "stored password hash is not a PHC string");
  const Pass pass(*this);
  if (!pass) return overloaded();
  const auth::HashThreadArena arena(auth::argon2id_work_bytes(settings_.params));
  if (parsed->lanes != 1 || parsed->salt.size() != auth::kArgon2SaltBytes ||
      parsed->digest.size() != auth::kArgon2DigestBytes)
    return hash_like_import(password, phc, std::move(*parsed));
  GH_TRY(const auth::PasswordHash hash, auth::compute_password_hash(password, parsed->salt, parsed->params));
  return auth::to_phc(hash);
}

bool Argon2Hasher::needs_rehash(const std::string& phc) const { return auth::needs_rehash(phc, settings_.params); }

int Argon2Hasher::waiting() const {
  std::lock_guard lock(mutex_);
  return waiting_;
}

}  // namespace gatehouse::adapters::hashing
