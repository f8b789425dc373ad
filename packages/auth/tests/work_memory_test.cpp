#include "auth/crypto/work_memory.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include "auth/crypto/argon2id.hpp"

namespace gatehouse::auth {
namespace {

constexpr Argon2Params kParams{.memory_kib = 1'024, .iterations = 1};
const std::string kSalt(16, 's');

std::string hash(std::string_view password) { return argon2id(password, kSalt, kParams).value(); }

/// Gives back what is held, so that one test does not see another's block.
void release_everything() {
  release_idle_work_memory();
  release_idle_work_memory();
}

TEST(WorkMemory, serves_every_hash_of_its_thread_with_the_same_digest) {
  const std::string plain = hash("password");
  HashThreadArena arena(argon2id_work_bytes(kParams));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(hash("password"), plain);
  EXPECT_EQ(arena.served(), 5u);
}

TEST(WorkMemory, serves_no_other_size_and_no_other_thread) {
  HashThreadArena arena(argon2id_work_bytes(kParams));
  EXPECT_TRUE(argon2id("password", kSalt, {.memory_kib = 512, .iterations = 1}));
  std::thread([] { hash("password"); }).join();
  EXPECT_EQ(arena.served(), 0u);
}

TEST(WorkMemory, a_second_arena_of_a_thread_is_inert) {
  HashThreadArena first(argon2id_work_bytes(kParams));
  {
    HashThreadArena second(argon2id_work_bytes(kParams));
    hash("password");
    EXPECT_EQ(second.served(), 0u);
  }
  hash("password");
  EXPECT_EQ(first.served(), 2u);
}

TEST(WorkMemory, threads_that_take_turns_share_one_block) {
  release_everything();
  std::size_t released = 0;
  for (int turn = 0; turn < 4; ++turn) {
    std::thread([] {
      HashThreadArena arena(argon2id_work_bytes(kParams));
      hash("password");
    }).join();
  }
  for (int round = 0; round < 2; ++round) released += release_idle_work_memory();
  EXPECT_EQ(released, argon2id_work_bytes(kParams));
}

TEST(WorkMemory, gives_pages_back_after_one_idle_round_and_goes_on) {
  HashThreadArena arena(argon2id_work_bytes(kParams));
  const std::string before = hash("password");
  EXPECT_EQ(release_idle_work_memory(), 0u);  // used since the last round
  EXPECT_EQ(release_idle_work_memory(), argon2id_work_bytes(kParams));
  EXPECT_EQ(release_idle_work_memory(), 0u);  // nothing held any more
  EXPECT_EQ(hash("password"), before);
}

TEST(WorkMemory, holds_no_trace_of_a_hash_once_given_back) {
  const std::size_t size = argon2id_work_bytes(kParams);
  HashThreadArena arena(size);
  hash("password");
  release_everything();
  void* block = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
  ASSERT_EQ(arena.served(), 2u);  // this is the kept block
  const std::vector<unsigned char> zeros(size, 0);
  EXPECT_EQ(std::memcmp(block, zeros.data(), size), 0);
  EXPECT_EQ(munmap(block, size), 0);
}

TEST(WorkMemory, other_mappings_reach_the_system) {
  HashThreadArena arena(4'096);
  void* first = mmap(nullptr, 4'096, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
  void* second = mmap(nullptr, 4'096, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
  void* read_only = mmap(nullptr, 4'096, PROT_READ, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
  EXPECT_EQ(arena.served(), 1u);
  EXPECT_NE(first, second);
  EXPECT_EQ(munmap(read_only, 4'096), 0);
  EXPECT_EQ(munmap(second, 4'096), 0);
  EXPECT_EQ(munmap(first, 4'096), 0);
}

TEST(WorkMemory, is_never_taken_from_under_a_running_hash) {
  const std::string expected = hash("password");
  std::atomic<bool> stop{false};
  std::thread releaser([&] {
    while (!stop) release_idle_work_memory();
  });
  std::vector<std::thread> hashers;
  std::atomic<int> wrong{0};
  for (int i = 0; i < 2; ++i)
    hashers.emplace_back([&] {
      HashThreadArena arena(argon2id_work_bytes(kParams));
      for (int n = 0; n < 50; ++n) wrong += hash("password") == expected ? 0 : 1;
    });
  for (std::thread& thread : hashers) thread.join();
  stop = true;
  releaser.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace gatehouse::auth
