#pragma once
// Small helpers between rows and nouns, for the stores alone: enumerations and lists of words as columns, rows to
// vectors. A column that holds what no version of Gatehouse wrote throws std::logic_error, as Row's accessors do.
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "adapters/storage/sql/connection.hpp"
#include "domain/identity/enum_text.hpp"

namespace gatehouse::adapters::sql {

template <domain::NamedEnum E>
Value named(E value) {
  return Value(domain::to_text(value));
}

template <domain::NamedEnum E>
E enum_at(const Row& row, std::size_t column) {
  if (const auto value = domain::from_text<E>(row.text(column))) return *value;
  throw std::logic_error("a row holds an unknown word: " + row.text(column));
}

/// A list of words as a JSON array, and back.
Json word_list(const std::vector<std::string>& words);
std::vector<std::string> words_at(const Row& row, std::size_t column);

/// Bytes that may be missing.
inline std::optional<Blob> maybe_blob(const std::optional<std::string>& bytes) {
  return bytes ? std::optional(Blob{*bytes}) : std::nullopt;
}

template <class Mapper>
auto map_all(const Rows& rows, Mapper mapper) {
  std::vector<decltype(mapper(std::declval<const Row&>()))> all;
  all.reserve(rows.size());
  for (const Row& row : rows) all.push_back(mapper(row));
  return all;
}

/// The first row, if there is one.
template <class Mapper>
auto map_first(const Rows& rows, Mapper mapper) {
  using T = decltype(mapper(std::declval<const Row&>()));
  return rows.empty() ? std::optional<T>() : std::optional<T>(mapper(rows.front()));
}

template <class Mapper>
auto map_one(const std::optional<Row>& row, Mapper mapper) {
  using T = decltype(mapper(std::declval<const Row&>()));
  return row ? std::optional<T>(mapper(*row)) : std::optional<T>();
}

}  // namespace gatehouse::adapters::sql
