#include "adapters/keys/locked_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>
#include <cstdint>

namespace gatehouse::adapters::keys {

void keep_out_of_swap(const Secret<std::string>& key) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(key.expose().data()) & ~(page - 1);
  const auto end = reinterpret_cast<std::uintptr_t>(key.expose().data()) + key.expose().size();
  // Whole pages, and never unlocked: another key may share them.
  if (::mlock(reinterpret_cast<void*>(begin), end - begin) == 0)
    ::madvise(reinterpret_cast<void*>(begin), (end - begin + page - 1) & ~(page - 1), MADV_DONTDUMP);
}

}  // namespace gatehouse::adapters::keys
