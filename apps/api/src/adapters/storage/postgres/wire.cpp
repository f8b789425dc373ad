#include "adapters/storage/postgres/wire.hpp"

#include <algorithm>
#include <bit>
#include <cctype>
#include <charconv>
#include <concepts>
#include <stdexcept>

#include <fmt/format.h>

namespace gatehouse::adapters::postgres {
namespace {

// From the server's catalog, pg_type.
constexpr Oid kBool = 16, kBytea = 17, kName = 19, kInt8 = 20, kInt2 = 21, kInt4 = 23, kText = 25, kOid = 26,
              kJson = 114;
constexpr Oid kFloat4 = 700, kFloat8 = 701, kVarchar = 1043, kTimestamptz = 1184, kVoid = 2278, kJsonb = 3802;

// PostgreSQL counts from 2000-01-01.
constexpr std::int64_t kEpochMicros = 946'684'800'000'000;
constexpr char kJsonbVersion = 1;

template <std::unsigned_integral T>
std::string big_endian(T number) {
  std::string bytes(sizeof(T), '\0');
  for (std::size_t i = 0; i < sizeof(T); ++i) bytes[i] = static_cast<char>(number >> (8 * (sizeof(T) - 1 - i)));
  return bytes;
}

template <std::unsigned_integral T>
T from_big_endian(std::string_view bytes) {
  if (bytes.size() != sizeof(T)) throw std::logic_error("a number of the wrong size");
  T number = 0;
  for (const char byte : bytes) number = static_cast<T>(number << 8U | static_cast<unsigned char>(byte));
  return number;
}

}  // namespace

Oid oid_of(sql::Kind kind) {
  switch (kind) {
    case sql::Kind::integer:
      return kInt8;
    case sql::Kind::real:
      return kFloat8;
    case sql::Kind::boolean:
      return kBool;
    case sql::Kind::text:
      return kText;
    case sql::Kind::json:
      return kJsonb;
    case sql::Kind::blob:
      return kBytea;
    case sql::Kind::time:
      return kTimestamptz;
    case sql::Kind::unknown:
      break;
  }
  return 0;
}

std::string encode(const sql::Value& value) {
  switch (value.kind()) {
    case sql::Kind::boolean:
      return {static_cast<char>(value.number())};
    case sql::Kind::integer:
      return big_endian(static_cast<std::uint64_t>(value.number()));
    case sql::Kind::time:
      return big_endian(static_cast<std::uint64_t>(value.number() - kEpochMicros));
    case sql::Kind::real:
      return big_endian(std::bit_cast<std::uint64_t>(value.real()));
    case sql::Kind::json:
      return kJsonbVersion + value.bytes();
    default:
      return value.bytes();
  }
}

sql::Row::Cell decode(Oid type, std::string_view bytes) {
  switch (type) {
    case kBool:
      return std::int64_t{!bytes.empty() && bytes.front() != 0};
    case kInt8:
      return static_cast<std::int64_t>(from_big_endian<std::uint64_t>(bytes));
    case kInt4:
      return std::int64_t{static_cast<std::int32_t>(from_big_endian<std::uint32_t>(bytes))};
    case kOid:
      return std::int64_t{from_big_endian<std::uint32_t>(bytes)};
    case kInt2:
      return std::int64_t{static_cast<std::int16_t>(from_big_endian<std::uint16_t>(bytes))};
    case kTimestamptz:
      return static_cast<std::int64_t>(from_big_endian<std::uint64_t>(bytes)) + kEpochMicros;
    case kFloat8:
      return std::bit_cast<double>(from_big_endian<std::uint64_t>(bytes));
    case kFloat4:
      return static_cast<double>(std::bit_cast<float>(from_big_endian<std::uint32_t>(bytes)));
    case kJsonb:
      if (bytes.empty() || bytes.front() != kJsonbVersion) throw std::logic_error("a jsonb of an unknown version");
      return std::string(bytes.substr(1));
    case kText:
    case kVarchar:
    case kName:
    case kJson:
    case kBytea:
    case kVoid:
      return std::string(bytes);
    default:
      throw std::logic_error(fmt::format("a statement answers with type {}, which needs a cast", type));
  }
}

Numbered with_dollars(std::string_view text) {
  Numbered numbered;
  std::string& out = numbered.text;
  out.reserve(text.size());
  char quote = 0;  // the quote we are inside of; '-' stands for a comment to the end of the line
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == '-') {
      if (c == '\n') quote = 0;
    } else if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '-' && text.substr(i, 2) == "--") {
      quote = '-';
    } else if (c == '?' && i + 1 < text.size() && std::isdigit(static_cast<unsigned char>(text[i + 1])) != 0) {
      std::size_t number = 0;
      std::from_chars(text.data() + i + 1, text.data() + text.size(), number);
      numbered.parameters = std::max(numbered.parameters, number);
      out += '$';
      continue;
    }
    out += c;
  }
  return numbered;
}

}  // namespace gatehouse::adapters::postgres
