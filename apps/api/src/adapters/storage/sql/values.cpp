#include "adapters/storage/sql/values.hpp"

#include <stdexcept>

#include <fmt/format.h>

namespace gatehouse::adapters::sql {

double Row::real(std::size_t column) const {
  if (const auto* whole = std::get_if<std::int64_t>(&cells_.at(column))) return static_cast<double>(*whole);
  return get<double>(column);
}

std::optional<std::int64_t> Row::optional_integer(std::size_t column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

std::optional<bool> Row::optional_boolean(std::size_t column) const {
  if (is_null(column)) return std::nullopt;
  return boolean(column);
}

std::optional<std::string> Row::optional_text(std::size_t column) const {
  if (is_null(column)) return std::nullopt;
  return text(column);
}

std::optional<Timestamp> Row::optional_time(std::size_t column) const {
  if (is_null(column)) return std::nullopt;
  return time(column);
}

void Row::wrong_type(std::size_t column) const {
  static constexpr const char* kNames[] = {"null", "integer", "real", "text or blob"};
  throw std::logic_error(fmt::format("column {} of a row holds {}, which the store did not expect", column,
                                     kNames[cells_[column].index()]));
}

}  // namespace gatehouse::adapters::sql
