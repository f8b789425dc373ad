// The yardstick of sign-ins per second: stock libsodium's Argon2id alone, as the distribution ships it, with the same
// parameters on the same number of threads.   stock_pwhash THREADS SECONDS MEMORY_KIB ITERATIONS  -> hashes per second
#include <sodium.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

int main(int argc, char** argv) {
  if (argc != 5 || sodium_init() < 0) return 2;
  const int threads = std::atoi(argv[1]);
  const double seconds = std::atof(argv[2]);
  const std::size_t memory = std::strtoul(argv[3], nullptr, 10) * 1024;
  const unsigned long long iterations = std::strtoull(argv[4], nullptr, 10);
  std::atomic<long> hashes{0};
  std::atomic<bool> stop{false};
  std::vector<std::thread> workers;
  for (int i = 0; i < threads; ++i)
    workers.emplace_back([&] {
      unsigned char out[32], salt[crypto_pwhash_SALTBYTES] = {};
      const char password[] = "correct horse battery staple";
      while (!stop) {
        if (crypto_pwhash(out, sizeof out, password, sizeof password - 1, salt, iterations, memory,
                          crypto_pwhash_ALG_ARGON2ID13) != 0)
          std::abort();
        ++hashes;
      }
    });
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  stop = true;
  for (auto& worker : workers) worker.join();
  std::printf("%.2f\n", static_cast<double>(hashes) / seconds);
}
