// Hashes per second of the service's own hasher, with as many callers as it takes at once: what sign-ins that did
// nothing but hash would reach.   hasher THREADS SECONDS  -> hashes per second
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "adapters/hashing/argon2_hasher.hpp"

using namespace gatehouse;

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const int threads = std::atoi(argv[1]);
  const double seconds = std::atof(argv[2]);
  adapters::hashing::Argon2Hasher hasher({.params = {}, .threads = threads});
  const Secret<std::string> password(std::string("correct horse battery staple"));
  std::atomic<long> hashes{0};
  std::atomic<bool> stop{false};
  std::vector<std::thread> callers;
  for (int i = 0; i < threads * 4; ++i)
    callers.emplace_back([&] {
      while (!stop) {
        if (!hasher.hash_like(password, hasher.decoy())) std::abort();
        if (!stop) ++hashes;
      }
    });
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  stop = true;
  for (auto& caller : callers) caller.join();
  std::printf("%.2f\n", static_cast<double>(hashes) / seconds);
}
