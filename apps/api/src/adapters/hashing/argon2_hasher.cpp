#include "adapters/hashing/argon2_hasher.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <thread>
#include <utility>

#include <boost/asio/post.hpp>

#include "auth/crypto/random.hpp"
#include "auth/crypto/work_memory.hpp"
#include "auth/password_hash.hpp"

namespace gatehouse::adapters::hashing {
namespace {

constexpr auto kIdle = std::chrono::seconds(2);

/// A tenth of the share that other threads have of a busy core. Halves the p99 of what is asked beside a flood of
/// sign-ins (bench row `flood`), and costs the sign-ins nothing while there is a core for them.
constexpr int kStepsBack = 10;

/// On Linux this is of the calling thread alone. Where it may not, it hashes as before.
void let_others_go_first() { [[maybe_unused]] thread_local const int priority = nice(kStepsBack); }

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

/// Counts a caller in, as the `number`th of those there are, and out.
class Place {
 public:
  explicit Place(std::atomic<int>& callers) : number(++callers), callers_(callers) {}
  ~Place() { --callers_; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  const int number;

 private:
  std::atomic<int>& callers_;
};

}  // namespace

/// Runs a job on a hash thread and waits for what it returns.
template <typename Job>
Result<std::string> Argon2Hasher::on_hash_thread(const Job& job) {
  const Place place(under_way_);
  if (place.number > settings_.threads + settings_.queue) return overloaded();
  std::packaged_task<Result<std::string>()> task([&] {
    let_others_go_first();
    const auth::HashThreadArena arena(auth::argon2id_work_bytes(settings_.params));
    return job();
  });
  auto done = task.get_future();
  boost::asio::post(threads_, std::move(task));
  return done.get();
}

Argon2Hasher::Argon2Hasher(HasherSettings settings)
    : settings_(with_threads(settings)),
      decoy_(make_decoy(settings.params)),
      threads_(static_cast<std::size_t>(settings_.threads)),
      idle_release_(kIdle, [] { auth::release_idle_work_memory(); }) {}

Result<std::string> Argon2Hasher::hash(const Secret<std::string>& password) {
  return on_hash_thread([&] { return auth::hash_password(password, settings_.params); });
}

Result<std::string> Argon2Hasher::hash_like(const Secret<std::string>& password, const std::string& phc) {
  const auto parsed = auth::parse_password_hash(phc);
  if (!parsed) return fail(ErrorCode::internal_error, {}, "stored password hash is not a PHC string");
  return on_hash_thread([&]() -> Result<std::string> {
    if (parsed->lanes != 1 || parsed->salt.size() != auth::kArgon2SaltBytes ||
        parsed->digest.size() != auth::kArgon2DigestBytes)
      return hash_like_import(password, phc, *parsed);
    GH_TRY(const auth::PasswordHash hash, auth::compute_password_hash(password, parsed->salt, parsed->params));
    return auth::to_phc(hash);
  });
}

bool Argon2Hasher::needs_rehash(const std::string& phc) const { return auth::needs_rehash(phc, settings_.params); }

int Argon2Hasher::waiting() const { return std::max(0, under_way_ - settings_.threads); }

}  // namespace gatehouse::adapters::hashing
