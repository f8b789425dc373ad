#include "adapters/storage/sql/stores/keyset.hpp"

#include <charconv>

namespace gatehouse::adapters::sql {

std::string write_place(const Place& place) { return std::to_string(to_unix_micros(place.time)) + " " + place.key; }

Result<Place> read_place(std::string_view text) {
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return fail(ErrorCode::invalid_cursor);
  GH_TRY(const auto micros, read_number(text.substr(0, space)));
  return Place{from_unix_micros(micros), std::string(text.substr(space + 1))};
}

Result<std::int64_t> read_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return fail(ErrorCode::invalid_cursor);
  return number;
}

}  // namespace gatehouse::adapters::sql
