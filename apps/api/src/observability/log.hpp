#pragma once
// Logs: one JSON object a line on stderr, with ts, level, event, request_id and traceparent, then the event's fields.
// Everybody uses it; nothing secret may be handed to it (decision 22: the route's template, never a target or query).
// Values are escaped so that no CR, LF, ANSI or other control reaches a terminal, made valid UTF-8, and cut at 2 KiB.
// Thread-safe.
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "observability/trace.hpp"

namespace gatehouse::observability {

enum class Level { debug, info, warning, error };

/// One key of a line, with a text, a number or a truth.
struct Field {
  using Value = std::variant<std::string_view, std::int64_t, double, bool>;
  std::string_view key;
  Value value;

  Field(std::string_view k, std::string_view text) : key(k), value(text) {}
  Field(std::string_view k, const std::string& text) : key(k), value(std::string_view(text)) {}
  Field(std::string_view k, const char* text) : key(k), value(std::string_view(text)) {}
  Field(std::string_view k, bool truth) : key(k), value(truth) {}
  Field(std::string_view k, double number) : key(k), value(number) {}
  template <class T>
  requires std::is_integral_v<T> Field(std::string_view k, T number)
      : key(k), value(static_cast<std::int64_t>(number)) {}
};

/// `log(Level::info, "mail_delivered", {{"mail_id", id}, {"attempts", 2}});` Events are snake_case and stable.
void log(Level level, std::string_view event, std::initializer_list<Field> fields = {});
bool log_enabled(Level level);

struct LogOptions {
  Level level = Level::info;
  std::function<void(std::string_view line)> sink{};  ///< instead of stderr: for tests
};
/// Called once at start; without it info and above go to stderr.
void configure_logging(LogOptions options);
std::optional<Level> level_from(std::string_view name);

/// What was answered to whom. The client is named by its network alone.
struct AccessRecord {
  std::string_view method;
  std::string_view route;  ///< the template; "" where none matched
  int status = 0;
  std::int64_t micros = 0;
  std::string_view client_network;
  std::string_view code;  ///< the error's code, if it was one
  std::string_view request_id;
  std::string_view traceparent;
};
void log_access(const AccessRecord& record);

/// Text as the inside of a JSON string, safe on a terminal: the escaping that every line uses.
void append_escaped(std::string& out, std::string_view text);

}  // namespace gatehouse::observability
