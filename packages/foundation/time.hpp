#pragma once
// Time as Gatehouse counts it: UTC microseconds. `now` is always an argument; only the clock adapter reads a clock.
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse {

using Duration = std::chrono::microseconds;
using Timestamp = std::chrono::sys_time<Duration>;

/// RFC 3339 in UTC with microseconds, e.g. "2026-11-23T17:37:49.000000Z".
std::string to_rfc3339(Timestamp time);
/// Reads RFC 3339 with any offset and up to nine fractional digits; nullopt when it is not one.
std::optional<Timestamp> from_rfc3339(std::string_view text);
/// Whole seconds since 1970, as JWT's NumericDate (RFC 7519 section 2).
inline std::int64_t to_unix_seconds(Timestamp time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}
inline std::int64_t to_unix_micros(Timestamp time) { return time.time_since_epoch().count(); }
inline Timestamp from_unix_micros(std::int64_t micros) { return Timestamp(Duration(micros)); }
inline Timestamp from_unix_seconds(std::int64_t seconds) { return Timestamp(std::chrono::seconds(seconds)); }

/// A duration as the configuration writes it: `100ms`, `90s`, `15m`, `12h`, `30d`; nullopt when it is not one.
std::optional<Duration> parse_duration(std::string_view text);
/// The shortest exact form of the above.
std::string format_duration(Duration duration);

}  // namespace gatehouse
