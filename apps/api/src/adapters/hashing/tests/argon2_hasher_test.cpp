#include "adapters/hashing/argon2_hasher.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "auth/crypto/random.hpp"
#include "auth/password_hash.hpp"

namespace gatehouse::adapters::hashing {
namespace {

const Secret<std::string> kPassword(std::string("correct horse battery staple"));
const HasherSettings kLight{{8192, 1}, 1, 8};

TEST(Argon2Hasher, a_hash_verifies_and_hash_like_makes_it_again) {
  Argon2Hasher hasher(kLight);
  const auto phc = hasher.hash(kPassword);
  ASSERT_TRUE(phc);
  EXPECT_EQ(auth::verify_password(*phc, kPassword).value(), true);
  EXPECT_EQ(hasher.hash_like(kPassword, *phc).value(), *phc);
  EXPECT_NE(hasher.hash_like(Secret<std::string>(std::string("another")), *phc).value(), *phc);
}

TEST(Argon2Hasher, the_decoy_has_the_configured_costs_and_fits_no_password) {
  Argon2Hasher hasher(kLight);
  const auto parsed = auth::parse_password_hash(hasher.decoy());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->params, kLight.params);
  EXPECT_NE(hasher.hash_like(kPassword, hasher.decoy()).value(), hasher.decoy());
  EXPECT_EQ(&hasher.decoy(), &hasher.decoy());
}

TEST(Argon2Hasher, an_imported_hash_of_another_shape_is_verified_all_the_same) {
  Argon2Hasher hasher(kLight);
  // argon2 CLI: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 4 -l 24
  const std::string imported = "$argon2id$v=19$m=65536,t=2,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b+dWRWJTmaaJObG";
  const auto parsed = auth::parse_password_hash(imported);
  ASSERT_TRUE(parsed);
  const auto other = hasher.hash_like(kPassword, imported);
  ASSERT_TRUE(other);
  EXPECT_NE(*other, imported);
  EXPECT_TRUE(auth::parse_password_hash(*other));
}

TEST(Argon2Hasher, refuses_what_is_no_phc_string) {
  Argon2Hasher hasher(kLight);
  const auto result = hasher.hash_like(kPassword, "$2b$10$abcdefghijklmnopqrstuv");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::internal_error);
}

TEST(Argon2Hasher, asks_for_a_rehash_when_the_costs_are_below_the_configured_ones) {
  Argon2Hasher light(kLight);
  Argon2Hasher heavy({{19456, 2}, 1, 8});
  const auto phc = light.hash(kPassword);
  ASSERT_TRUE(phc);
  EXPECT_FALSE(light.needs_rehash(*phc));
  EXPECT_TRUE(heavy.needs_rehash(*phc));
}

TEST(Argon2Hasher, a_full_queue_is_refused_at_once_with_retry_after) {
  Argon2Hasher hasher({{32768, 3}, 1, 2});
  std::atomic<int> done{0}, refused{0};
  std::vector<std::thread> callers;
  callers.reserve(16);
  for (int i = 0; i < 16; ++i) {
    callers.emplace_back([&] {
      const auto result = hasher.hash(kPassword);
      if (result) {
        ++done;
      } else if (result.error().code == ErrorCode::overloaded && result.error().retry_after) {
        ++refused;
      }
    });
  }
  for (auto& caller : callers) caller.join();
  EXPECT_GE(done, 1);
  EXPECT_GE(refused, 1);
  EXPECT_EQ(done + refused, 16);
  EXPECT_EQ(hasher.waiting(), 0);
}

/// The nice values of this process's threads, smallest first.
std::vector<int> nice_values() {
  std::vector<int> values;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task"))
    values.push_back(getpriority(PRIO_PROCESS, static_cast<id_t>(std::stoi(task.path().filename().string()))));
  std::sort(values.begin(), values.end());
  return values;
}

TEST(Argon2Hasher, threads_that_hash_let_all_others_go_first) {
  const int usual = getpriority(PRIO_PROCESS, 0);
  Argon2Hasher hasher(kLight);
  ASSERT_TRUE(hasher.hash(kPassword));
  ASSERT_TRUE(hasher.hash(kPassword)) << "and step back once only";
  const auto values = nice_values();
  EXPECT_EQ(values.back(), std::min(usual + 10, 19)) << "the thread that hashed";
  EXPECT_EQ(std::count(values.begin(), values.end(), usual), std::ssize(values) - 1) << "and no other";
}

}  // namespace
}  // namespace gatehouse::adapters::hashing
