#include "observability/log.hpp"

#include <array>
#include <cmath>
#include <memory>
#include <mutex>
#include <string>

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace gatehouse::observability {

namespace {

constexpr std::size_t kMaxValue = 2048;

class CallbackSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit CallbackSink(std::function<void(std::string_view)> callback) : callback_(std::move(callback)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t text;
    formatter_->format(message, text);
    std::string_view line(text.data(), text.size());
    while (!line.empty() && line.back() == '\n') line.remove_suffix(1);
    callback_(line);
  }
  void flush_() override {}

  std::function<void(std::string_view)> callback_;
};

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
    case Level::info:
      break;
  }
  return spdlog::level::info;
}

// spdlog stamps each line; everything behind the level is ours, already JSON.
std::shared_ptr<spdlog::logger> make_logger(const LogOptions& options) {
  spdlog::sink_ptr sink;
  if (options.sink)
    sink = std::make_shared<CallbackSink>(options.sink);
  else
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  sink->set_formatter(std::make_unique<spdlog::pattern_formatter>(R"({"ts":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l",%v})",
                                                                  spdlog::pattern_time_type::utc));
  auto logger = std::make_shared<spdlog::logger>("gatehouse", std::move(sink));
  logger->set_level(to_spdlog(options.level));
  logger->flush_on(spdlog::level::trace);
  return logger;
}

std::mutex& logger_mutex() {
  static std::mutex mutex;
  return mutex;
}

std::shared_ptr<spdlog::logger>& shared_logger() {
  static std::shared_ptr<spdlog::logger> logger = make_logger({});
  return logger;
}

std::shared_ptr<spdlog::logger> logger() {
  const std::lock_guard lock(logger_mutex());
  return shared_logger();
}

// How long the well-formed UTF-8 sequence at the start is, or 0.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xc0) == 0x80; };
  const unsigned char lead = byte(0);
  if (lead >= 0xc2 && lead <= 0xdf) return continues(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    if (!continues(1) || !continues(2)) return 0;
    if ((lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xed && byte(1) > 0x9f)) return 0;
    return 3;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    if ((lead == 0xf0 && byte(1) < 0x90) || (lead == 0xf4 && byte(1) > 0x8f)) return 0;
    return 4;
  }
  return 0;
}

void append_ascii(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
      else
        out += c;
  }
}

// C1 controls, line separators and the marks that turn the direction of text read as commands to some terminals.
bool needs_escape(unsigned code) {
  return (code >= 0x80 && code <= 0x9f) || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

void append_field(std::string& out, const Field& field) {
  out += ",\"";
  append_escaped(out, field.key);
  out += "\":";
  struct Visitor {
    std::string& out;
    void operator()(std::string_view text) const {
      out += '"';
      append_escaped(out, text);
      out += '"';
    }
    void operator()(std::int64_t number) const { fmt::format_to(std::back_inserter(out), "{}", number); }
    void operator()(double number) const {
      if (std::isfinite(number))
        fmt::format_to(std::back_inserter(out), "{}", number);
      else
        out += "null";
    }
    void operator()(bool truth) const { out += truth ? "true" : "false"; }
  };
  std::visit(Visitor{out}, field.value);
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
  const bool cut = text.size() > kMaxValue;
  if (cut) text = text.substr(0, kMaxValue);
  while (!text.empty()) {
    if (static_cast<unsigned char>(text[0]) < 0x80) {
      append_ascii(out, text[0]);
      text.remove_prefix(1);
      continue;
    }
    const std::size_t length = sequence_length(text);
    const auto low = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(text[i]) & 0x3f); };
    if (length == 0) {
      out += "\xef\xbf\xbd";
    } else if (length == 2 && needs_escape((static_cast<unsigned>(text[0]) & 0x1f) << 6 | low(1))) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", (static_cast<unsigned>(text[0]) & 0x1f) << 6 | low(1));
    } else if (length == 3 && needs_escape((static_cast<unsigned>(text[0]) & 0x0f) << 12 | low(1) << 6 | low(2))) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}",
                     (static_cast<unsigned>(text[0]) & 0x0f) << 12 | low(1) << 6 | low(2));
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  if (cut) out += "[cut]";
}

void log(Level level, std::string_view event, std::initializer_list<Field> fields) {
  const auto sink = logger();
  if (!sink->should_log(to_spdlog(level))) return;
  std::string line = "\"event\":\"";
  append_escaped(line, event);
  line += '"';
  if (!TraceScope::request_id().empty()) append_field(line, {"request_id", TraceScope::request_id()});
  if (!TraceScope::traceparent().empty()) append_field(line, {"traceparent", TraceScope::traceparent()});
  for (const auto& field : fields) append_field(line, field);
  sink->log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

bool log_enabled(Level level) { return logger()->should_log(to_spdlog(level)); }

void configure_logging(LogOptions options) {
  auto made = make_logger(options);
  const std::lock_guard lock(logger_mutex());
  shared_logger() = std::move(made);
}

std::optional<Level> level_from(std::string_view name) {
  if (name == "debug") return Level::debug;
  if (name == "info") return Level::info;
  if (name == "warning") return Level::warning;
  if (name == "error") return Level::error;
  return std::nullopt;
}

void log_access(const AccessRecord& record) {
  const TraceScope scope(record.request_id, record.traceparent);
  const Level level = record.status >= 500 ? Level::error : Level::info;
  if (record.code.empty())
    log(level, "request",
        {{"method", record.method},
         {"route", record.route},
         {"status", record.status},
         {"micros", record.micros},
         {"client", record.client_network}});
  else
    log(level, "request",
        {{"method", record.method},
         {"route", record.route},
         {"status", record.status},
         {"micros", record.micros},
         {"client", record.client_network},
         {"code", record.code}});
}

}  // namespace gatehouse::observability
