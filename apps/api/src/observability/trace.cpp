#include "observability/trace.hpp"

#include <array>
#include <random>

namespace gatehouse::observability {

namespace {

thread_local std::string_view current_request_id;
thread_local std::string_view current_traceparent;

// Unique rather than secret: a generator a thread, seeded by the system.
std::uint64_t random_bits() {
  thread_local std::mt19937_64 generator = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device(), device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }();
  return generator();
}

bool is_lower_hex(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == text.npos; }

bool is_all_zero(std::string_view text) { return text.find_first_not_of('0') == text.npos; }

void append_hex(std::string& out, std::uint64_t bits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<char, 16> text{};
  for (std::size_t i = 16; i-- > 0; bits >>= 4) text[i] = kDigits[bits & 15];
  out.append(text.data(), text.size());
}

std::uint64_t non_zero() {
  std::uint64_t bits = 0;
  while (bits == 0) bits = random_bits();
  return bits;
}

}  // namespace

std::optional<TraceParent> parse_traceparent(std::string_view text) {
  constexpr std::size_t kLength = 55;
  if (text.size() < kLength || text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
  const auto version = text.substr(0, 2), trace = text.substr(3, 32), parent = text.substr(36, 16),
             flags = text.substr(53, 2);
  if (!is_lower_hex(version) || !is_lower_hex(trace) || !is_lower_hex(parent) || !is_lower_hex(flags))
    return std::nullopt;
  // A later version may append fields after another dash; version 00 has none, and ff is never valid.
  if (version == "ff" || (version == "00" && text.size() != kLength)) return std::nullopt;
  if (text.size() > kLength && text[kLength] != '-') return std::nullopt;
  if (is_all_zero(trace) || is_all_zero(parent)) return std::nullopt;
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  return TraceParent{std::string(trace), std::string(parent),
                     static_cast<std::uint8_t>(digit(flags[0]) * 16 + digit(flags[1]))};
}

std::string next_traceparent(std::string_view incoming) {
  std::string out;
  out.reserve(55);
  out += "00-";
  const auto parsed = incoming.empty() ? std::nullopt : parse_traceparent(incoming);
  if (parsed) {
    out += parsed->trace_id;
  } else {
    append_hex(out, non_zero());
    append_hex(out, random_bits());
  }
  out += '-';
  append_hex(out, non_zero());
  out += parsed && (parsed->flags & 1) == 0 ? "-00" : "-01";
  return out;
}

std::string new_request_id() {
  constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuv";
  std::array<char, 26> text{};
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < text.size(); ++i, bits >>= 5) {
    if (i % 13 == 0) bits = random_bits();
    text[i] = kDigits[bits & 31];
  }
  return {text.data(), text.size()};
}

TraceScope::TraceScope(std::string_view request_id, std::string_view traceparent)
    : outer_request_id_(current_request_id), outer_traceparent_(current_traceparent) {
  current_request_id = request_id;
  current_traceparent = traceparent;
}

TraceScope::~TraceScope() {
  current_request_id = outer_request_id_;
  current_traceparent = outer_traceparent_;
}

std::string_view TraceScope::request_id() { return current_request_id; }
std::string_view TraceScope::traceparent() { return current_traceparent; }

}  // namespace gatehouse::observability
