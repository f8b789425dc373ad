#include "auth/crypto/work_memory.hpp"

#include <sys/mman.h>
#include <sys/types.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

// The linker's names for the two sides of --wrap.
extern "C" {
void* __real_mmap(void* address, std::size_t size, int protection, int flags, int file, off_t offset);
int __real_munmap(void* address, std::size_t size);
void* __wrap_mmap(void* address, std::size_t size, int protection, int flags, int file, off_t offset);
int __wrap_munmap(void* address, std::size_t size);
}

namespace gatehouse::auth {

/// The kept block. `in_use` is held from the wrapped mmap to the wrapped munmap, so that nobody gives pages back under
/// a running hash.
struct HashThreadArena::Block {
  explicit Block(std::size_t bytes) : size(bytes) {}
  ~Block() {
    if (mapping != MAP_FAILED) __real_munmap(mapping, mapped);
  }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  // Maps the memory at the first use; false when the system has none. Argon2 reads all over its block, and huge pages
  // made it a fifth faster still (measured), so a large block begins at such a page's border.
  bool map() {
    if (mapping != MAP_FAILED) return true;
    const bool is_large = size >= kHugePage;
    mapped = is_large ? size / kHugePage * kHugePage + 2 * kHugePage : size;
    mapping = __real_mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
    if (mapping == MAP_FAILED) return false;
    memory = mapping;
    std::size_t space = mapped;
    if (is_large) {
      std::align(kHugePage, size, memory, space);
      madvise(memory, space / kHugePage * kHugePage, MADV_HUGEPAGE);
    }
    madvise(mapping, mapped, MADV_DONTDUMP);
    return true;
  }

  static constexpr std::size_t kHugePage = 2 * 1024 * 1024;
  const std::size_t size;
  void* mapping = MAP_FAILED;  // what the system gave
  std::size_t mapped = 0;
  void* memory = MAP_FAILED;  // what is lent, `size` bytes within it
  std::mutex in_use;
  bool lent = false;                       // owner thread only
  std::atomic<std::size_t> served{0};      // mappings so far
  std::size_t served_at_last_release = 0;  // under in_use
  bool resident = false;                   // under in_use: pages may be held
};

/// What the wrappers and the free functions share with the arenas.
struct WorkMemory {
  using Block = HashThreadArena::Block;

  static std::mutex& registry_lock() {
    static std::mutex lock;
    return lock;
  }
  /// Every block there is, and those of them that no arena holds.
  static std::vector<std::shared_ptr<Block>>& registry() {
    static std::vector<std::shared_ptr<Block>> blocks;
    return blocks;
  }
  static std::vector<std::shared_ptr<Block>>& spare() {
    static std::vector<std::shared_ptr<Block>> blocks;
    return blocks;
  }

  static std::shared_ptr<Block> take(std::size_t size) {
    const std::lock_guard lock(registry_lock());
    // Spare blocks of other costs are of no use any more.
    std::erase_if(registry(), [&](const auto& block) {
      return block->size != size && std::find(spare().begin(), spare().end(), block) != spare().end();
    });
    std::erase_if(spare(), [&](const auto& block) { return block->size != size; });
    if (spare().empty()) {
      registry().push_back(std::make_shared<Block>(size));
      return registry().back();
    }
    std::shared_ptr<Block> block = std::move(spare().back());  // the one used last: its pages are there
    spare().pop_back();
    return block;
  }
  static void give_back(std::shared_ptr<Block> block) {
    const std::lock_guard lock(registry_lock());
    spare().push_back(std::move(block));
  }

  static thread_local Block* current;

  static void* lend(std::size_t size, int protection, int flags, int file) {
    Block* const block = current;
    constexpr int kKind = MAP_ANONYMOUS | MAP_PRIVATE;
    if (block == nullptr || size != block->size || block->lent || file != -1 ||
        protection != (PROT_READ | PROT_WRITE) || (flags & (kKind | MAP_FIXED)) != kKind)
      return MAP_FAILED;
    block->in_use.lock();
    if (!block->map()) {
      block->in_use.unlock();
      return MAP_FAILED;
    }
    block->lent = true;
    block->resident = true;
    block->served.fetch_add(1, std::memory_order_relaxed);
    return block->memory;
  }

  static bool take_back(void* address, std::size_t size) {
    Block* const block = current;
    if (block == nullptr || !block->lent || address != block->memory || size != block->size) return false;
    block->lent = false;
    block->in_use.unlock();
    return true;
  }
};

thread_local WorkMemory::Block* WorkMemory::current = nullptr;

HashThreadArena::HashThreadArena(std::size_t block_bytes) {
  if (WorkMemory::current != nullptr) return;
  block_ = WorkMemory::take(block_bytes);
  served_before_ = block_->served.load(std::memory_order_relaxed);
  WorkMemory::current = block_.get();
}

HashThreadArena::~HashThreadArena() {
  if (!block_) return;
  WorkMemory::current = nullptr;
  WorkMemory::give_back(std::move(block_));
}

std::size_t HashThreadArena::served() const {
  return block_ ? block_->served.load(std::memory_order_relaxed) - served_before_ : 0;
}

std::size_t release_idle_work_memory() {
  std::vector<std::shared_ptr<WorkMemory::Block>> blocks;
  {
    const std::lock_guard lock(WorkMemory::registry_lock());
    blocks = WorkMemory::registry();
  }
  std::size_t released = 0;
  for (const auto& block : blocks) {
    const std::unique_lock idle(block->in_use, std::try_to_lock);
    if (!idle.owns_lock()) continue;
    const std::size_t served = block->served.load(std::memory_order_relaxed);
    if (served != block->served_at_last_release) {
      block->served_at_last_release = served;
      continue;
    }
    if (!block->resident) continue;
    madvise(block->mapping, block->mapped, MADV_DONTNEED);
    block->resident = false;
    released += block->size;
  }
  return released;
}

}  // namespace gatehouse::auth

void* __wrap_mmap(void* address, std::size_t size, int protection, int flags, int file, off_t offset) {
  void* const kept = gatehouse::auth::WorkMemory::lend(size, protection, flags, file);
  return kept != MAP_FAILED ? kept : __real_mmap(address, size, protection, flags, file, offset);
}

int __wrap_munmap(void* address, std::size_t size) {
  return gatehouse::auth::WorkMemory::take_back(address, size) ? 0 : __real_munmap(address, size);
}
