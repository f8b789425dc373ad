#pragma once
// Work memory that is kept from hash to hash. libsodium maps and unmaps Argon2's block for every hash, and the page
// faults cost nearly as much as the hash; gatehouse is linked with -Wl,--wrap=mmap,--wrap=munmap, and the wrappers give
// a thread that holds a HashThreadArena a kept block. Everything else goes to the real mmap and munmap: other threads,
// other sizes, file mappings. There are never more blocks than arenas were held at once, so that the memory of hashing
// is the number of hash threads times the cost, however many threads take turns.
// Blocks are kept out of core dumps (MADV_DONTDUMP), and their pages are given back, and so wiped, by
// release_idle_work_memory().
#include <cstddef>
#include <memory>

namespace gatehouse::auth {

/// Lives on the stack of a hash thread while it hashes, and borrows the block that was used last; one a thread (a
/// second one on the same thread is inert).
class HashThreadArena {
 public:
  /// Serves only anonymous private mappings of exactly `block_bytes`: argon2id_work_bytes() of the configured costs.
  explicit HashThreadArena(std::size_t block_bytes);
  ~HashThreadArena();
  HashThreadArena(const HashThreadArena&) = delete;
  HashThreadArena& operator=(const HashThreadArena&) = delete;

  /// How many mappings this arena has served; for tests and metrics.
  std::size_t served() const;

 private:
  struct Block;
  friend struct WorkMemory;
  std::shared_ptr<Block> block_;
  std::size_t served_before_ = 0;
};

/// Gives back the pages of every block that has served nothing since the previous call, and returns how many bytes that
/// were. Called every two seconds by a timer, so that a block is wiped after two to four idle seconds. Safe on any
/// thread; never waits for a hash.
std::size_t release_idle_work_memory();

}  // namespace gatehouse::auth
