#include "server/response_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include <fmt/format.h>

#include "server/request.hpp"

namespace gatehouse::server {

namespace {

std::string_view status_line(int status) {
  switch (status) {
    case 200:
      return "HTTP/1.1 200 OK\r\n";
    case 201:
      return "HTTP/1.1 201 Created\r\n";
    case 202:
      return "HTTP/1.1 202 Accepted\r\n";
    case 204:
      return "HTTP/1.1 204 No Content\r\n";
    case 303:
      return "HTTP/1.1 303 See Other\r\n";
    case 304:
      return "HTTP/1.1 304 Not Modified\r\n";
    case 400:
      return "HTTP/1.1 400 Bad Request\r\n";
    case 401:
      return "HTTP/1.1 401 Unauthorized\r\n";
    case 403:
      return "HTTP/1.1 403 Forbidden\r\n";
    case 404:
      return "HTTP/1.1 404 Not Found\r\n";
    case 405:
      return "HTTP/1.1 405 Method Not Allowed\r\n";
    case 429:
      return "HTTP/1.1 429 Too Many Requests\r\n";
    case 500:
      return "HTTP/1.1 500 Internal Server Error\r\n";
    case 503:
      return "HTTP/1.1 503 Service Unavailable\r\n";
    default:
      return {};
  }
}

bool is_line_safe(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

bool is_safe(const Response& response) {
  return is_line_safe(response.content_type) &&
         std::all_of(response.headers.begin(), response.headers.end(),
                     [](const auto& field) { return is_line_safe(field.first) && is_line_safe(field.second); }) &&
         std::all_of(response.set_cookies.begin(), response.set_cookies.end(), is_line_safe);
}

void append_number(std::string& out, std::size_t number) {
  std::array<char, 24> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  out.append(text.data(), end);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

bool has(const Response& response, std::string_view name) {
  return std::any_of(response.headers.begin(), response.headers.end(),
                     [&](const auto& field) { return iequals(field.first, name); });
}

}  // namespace

bool append_response(std::string& out, const Response& response, const WriteContext& context) {
  if (!is_safe(response)) return false;
  const std::string_view content = response.content();
  const bool bodiless = response.status == 204 || response.status == 304;
  if (const auto line = status_line(response.status); !line.empty())
    out += line;
  else
    fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} -\r\n", response.status);

  if (!context.date.empty()) append_field(out, "Date", context.date);
  if (!bodiless) {
    if (!response.content_type.empty()) append_field(out, "Content-Type", response.content_type);
    out += "Content-Length: ";
    append_number(out, content.size());
    out += "\r\n";
  }
  if (!has(response, "Cache-Control")) append_field(out, "Cache-Control", context.cache_control);
  out += "X-Content-Type-Options: nosniff\r\n";
  if (!has(response, "Referrer-Policy")) out += "Referrer-Policy: no-referrer\r\n";
  if (!has(response, "Content-Security-Policy"))
    out += "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";
  if (context.hsts) out += "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n";
  append_field(out, "X-Request-Id", context.request_id);
  for (const auto& [name, value] : response.headers) append_field(out, name, value);
  for (const auto& cookie : response.set_cookies) append_field(out, "Set-Cookie", cookie);
  out += context.more_headers;
  if (!context.keep_alive) out += "Connection: close\r\n";
  out += "\r\n";
  if (!bodiless && !context.head_only) out += content;
  return true;
}

std::string http_date(std::int64_t unix_seconds) {
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::sys_seconds time{std::chrono::seconds(unix_seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[std::chrono::weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

}  // namespace gatehouse::server
