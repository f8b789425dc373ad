#pragma once
// The values that travel between the stores and a database, the same for both (decision 29). A Value knows its kind
// even when it is null, so that PostgreSQL can be told the type of every parameter: pass `std::optional<T>` for a
// column that may be null, and a bare nullptr only where the database can infer the type by itself. A Value owns its
// bytes.
//
//   kind      SQLite            PostgreSQL
//   integer   INTEGER           bigint (assigned to smaller columns by the server's own cast)
//   real      REAL              double precision
//   boolean   INTEGER 0 or 1    boolean
//   text      TEXT              text
//   json      TEXT              jsonb
//   blob      BLOB              bytea
//   time      INTEGER, µs       timestamptz
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "foundation/strong_id.hpp"
#include "foundation/time.hpp"

namespace gatehouse::adapters::sql {

enum class Kind : std::uint8_t { unknown, integer, real, boolean, text, json, blob, time };

/// Bytes, as opposed to text: `Value(Blob{token.hash})`.
struct Blob {
  std::string bytes;
};
/// JSON text: `Value(Json{boost::json::serialize(data)})`.
struct Json {
  std::string text;
};

template <class T>
concept WholeNumber = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char>;

template <class T>
inline constexpr Kind kind_of = Kind::unknown;
template <WholeNumber T>
inline constexpr Kind kind_of<T> = Kind::integer;
template <>
inline constexpr Kind kind_of<double> = Kind::real;
template <>
inline constexpr Kind kind_of<bool> = Kind::boolean;
template <>
inline constexpr Kind kind_of<std::string> = Kind::text;
template <>
inline constexpr Kind kind_of<std::string_view> = Kind::text;
template <class Tag>
inline constexpr Kind kind_of<StrongId<Tag>> = Kind::text;
template <>
inline constexpr Kind kind_of<Json> = Kind::json;
template <>
inline constexpr Kind kind_of<Blob> = Kind::blob;
template <>
inline constexpr Kind kind_of<Timestamp> = Kind::time;

/// One parameter of a statement. Converts from what the domain holds, so that a call reads
/// `execute(kAdd, {user.id, user.email, user.name, user.email_verified, user.created_at})`.
class Value {
 public:
  using Data = std::variant<std::monostate, std::int64_t, double, std::string>;

  Value(std::nullptr_t) {}
  template <WholeNumber T>
  Value(T number) : kind_(Kind::integer), data_(static_cast<std::int64_t>(number)) {}
  Value(std::same_as<double> auto number) : kind_(Kind::real), data_(number) {}
  Value(std::same_as<bool> auto truth) : kind_(Kind::boolean), data_(std::int64_t{truth ? 1 : 0}) {}
  Value(const char* text) : kind_(Kind::text), data_(std::string(text)) {}
  Value(std::string_view text) : kind_(Kind::text), data_(std::string(text)) {}
  Value(std::string text) : kind_(Kind::text), data_(std::move(text)) {}
  template <class Tag>
  Value(const StrongId<Tag>& id) : kind_(Kind::text), data_(id.str()) {}
  Value(Json json) : kind_(Kind::json), data_(std::move(json.text)) {}
  Value(Blob blob) : kind_(Kind::blob), data_(std::move(blob.bytes)) {}
  Value(Timestamp time) : kind_(Kind::time), data_(to_unix_micros(time)) {}
  template <class T>
  requires(kind_of<T> != Kind::unknown) Value(const std::optional<T>& maybe) : kind_(kind_of<T>) {
    if (maybe) data_ = Value(*maybe).data_;
  }

  Kind kind() const { return kind_; }
  bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  /// integer, boolean (0 or 1) and time (µs since 1970).
  std::int64_t number() const { return std::get<std::int64_t>(data_); }
  double real() const { return std::get<double>(data_); }
  /// text, json and blob.
  const std::string& bytes() const { return std::get<std::string>(data_); }

 private:
  Kind kind_ = Kind::unknown;
  Data data_;
};

using Params = std::vector<Value>;

/// One row of an answer; columns by position from 0. The plain accessors throw std::logic_error on null or on another
/// type (a bug in a statement); the optional_ ones give nothing for null.
class Row {
 public:
  using Cell = std::variant<std::monostate, std::int64_t, double, std::string>;
  Row() = default;
  explicit Row(std::vector<Cell> cells) : cells_(std::move(cells)) {}

  bool is_null(std::size_t column) const { return std::holds_alternative<std::monostate>(cells_.at(column)); }
  std::int64_t integer(std::size_t column) const { return get<std::int64_t>(column); }
  int small(std::size_t column) const { return static_cast<int>(integer(column)); }
  bool boolean(std::size_t column) const { return integer(column) != 0; }
  double real(std::size_t column) const;
  const std::string& text(std::size_t column) const { return get<std::string>(column); }
  const std::string& json(std::size_t column) const { return get<std::string>(column); }
  const std::string& blob(std::size_t column) const { return get<std::string>(column); }
  Timestamp time(std::size_t column) const { return from_unix_micros(integer(column)); }
  template <class Id>
  Id id(std::size_t column) const {
    return Id(text(column));
  }

  std::optional<std::int64_t> optional_integer(std::size_t column) const;
  std::optional<bool> optional_boolean(std::size_t column) const;
  std::optional<std::string> optional_text(std::size_t column) const;
  std::optional<std::string> optional_json(std::size_t column) const { return optional_text(column); }
  std::optional<std::string> optional_blob(std::size_t column) const { return optional_text(column); }
  std::optional<Timestamp> optional_time(std::size_t column) const;
  template <class Id>
  std::optional<Id> optional_id(std::size_t column) const {
    if (is_null(column)) return std::nullopt;
    return Id(text(column));
  }
  std::size_t columns() const { return cells_.size(); }

 private:
  template <class T>
  const T& get(std::size_t column) const {
    if (const T* cell = std::get_if<T>(&cells_.at(column))) return *cell;
    wrong_type(column);
  }
  [[noreturn]] void wrong_type(std::size_t column) const;

  std::vector<Cell> cells_;
};

using Rows = std::vector<Row>;

}  // namespace gatehouse::adapters::sql
