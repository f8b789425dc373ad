#pragma once
// One page of a list in keyset order. The position is what the store needs to go on; the application signs it into an
// opaque cursor.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::ports {

struct PageRequest {
  int limit = 50;                    ///< 1 to 200
  std::optional<std::string> after;  ///< position of the last item of the page before
};

template <class T>
struct Page {
  std::vector<T> items;
  std::optional<std::string> next;  ///< position to go on from; none at the end
};

/// How many there are: exact up to a bound, an estimate beyond it.
struct Total {
  std::int64_t value = 0;
  bool exact = true;
};

}  // namespace gatehouse::ports
