#pragma once
// Places in lists that go by time and then by a key, and the cutting of one page out of a row too many.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "foundation/result.hpp"
#include "foundation/time.hpp"
#include "modules/identity/ports/page.hpp"

namespace gatehouse::adapters::sql {

struct Place {
  Timestamp time;
  std::string key;
};

/// "MICROSECONDS KEY".
std::string write_place(const Place& place);
/// Returns `invalid_cursor` when the text is no place.
Result<Place> read_place(std::string_view text);
/// The number that a position is made of, where a list goes by a sequence. Returns `invalid_cursor` likewise.
Result<std::int64_t> read_number(std::string_view text);

/// `rows` were asked for with one more than `limit`: that one only tells that there is a next page.
template <class T, class PositionOf>
ports::Page<T> cut_page(std::vector<T> rows, int limit, PositionOf position_of) {
  ports::Page<T> page{std::move(rows), std::nullopt};
  if (page.items.size() > static_cast<std::size_t>(limit)) {
    page.items.pop_back();
    page.next = position_of(page.items.back());
  }
  return page;
}

}  // namespace gatehouse::adapters::sql
