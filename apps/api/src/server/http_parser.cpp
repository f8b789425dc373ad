#include "server/http_parser.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "server/request.hpp"
#include "server/text.hpp"

namespace gatehouse::server {

namespace {

constexpr std::size_t kMaxMethod = 32;

bool is_token(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char); }

// RFC 9110 5.5: visible characters, spaces, tabs and, for old times' sake, bytes above ASCII.
bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

bool is_target(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
}

// Fields that say how a message is framed or routed: in a trailer they come too late to be believed.
bool is_forbidden_in_trailer(std::string_view name) {
  constexpr std::string_view kForbidden[] = {
      "Transfer-Encoding", "Content-Length", "Host",         "Connection", "Expect", "Trailer",
      "Authorization",     "Cookie",         "Content-Type", "Upgrade",    "Te",     "Content-Encoding"};
  return std::any_of(std::begin(kForbidden), std::end(kForbidden),
                     [&](std::string_view forbidden) { return iequals(name, forbidden); });
}

bool has_list_item(std::string_view list, std::string_view item) {
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    if (iequals(trim(list.substr(0, end)), item)) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

}  // namespace

bool is_host(std::string_view authority) {
  if (authority.empty() || authority.size() > 255 + 6) return false;
  const bool literal = authority.starts_with('[');
  const auto host_end = literal ? authority.find(']') : std::min(authority.find(':'), authority.size());
  if (host_end == authority.npos || host_end == 0) return false;
  const auto host = literal ? authority.substr(1, host_end - 1) : authority.substr(0, host_end);
  auto rest = authority.substr(literal ? host_end + 1 : host_end);
  if (host.empty()) return false;
  for (const char c : host) {
    const bool alnum = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
    if (!(literal ? (hex_digit(c) >= 0 || c == ':' || c == '.') : (alnum || c == '-' || c == '.' || c == '_')))
      return false;
  }
  if (rest.empty()) return true;
  if (rest.front() != ':') return false;
  rest.remove_prefix(1);
  return rest.size() <= 5 && rest.find_first_not_of("0123456789") == rest.npos;
}

Progress HeadParser::refuse(ErrorCode code, std::string detail) {
  refusal_ = {code, std::move(detail)};
  return Progress::refused;
}

// Finds the empty line that ends the head, and refuses a line end that is not CRLF as soon as it is seen.
Progress HeadParser::find_end(std::string_view buffer) {
  if (buffer == "\r") return Progress::incomplete;
  if (scanned_ == 0 && buffer.starts_with("\r\n")) skipped_ = scanned_ = line_start_ = 2;
  if (buffer.size() > skipped_ && !is_token_char(buffer[skipped_]))
    return refuse(ErrorCode::invalid_request, "This is not an HTTP request.");
  while (scanned_ < buffer.size()) {
    const void* found = std::memchr(buffer.data() + scanned_, '\n', buffer.size() - scanned_);
    if (!found) {
      scanned_ = buffer.size();
      break;
    }
    const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - buffer.data());
    if (at == line_start_ || buffer[at - 1] != '\r')
      return refuse(ErrorCode::invalid_request, "A line of the head does not end in CRLF.");
    const bool empty = at == line_start_ + 1;
    scanned_ = line_start_ = at + 1;
    if (empty) return Progress::complete;
  }
  const bool in_request_line = line_start_ == skipped_;
  if (in_request_line && buffer.size() - skipped_ > limits_.target_bytes + kMaxMethod + 16)
    return refuse(ErrorCode::uri_too_long, "The request target is too long.");
  if (buffer.size() - skipped_ > limits_.head_bytes)
    return refuse(ErrorCode::headers_too_large, "The request head is too large.");
  return Progress::incomplete;
}

Progress HeadParser::parse(std::string_view buffer, Head& head) {
  if (const auto progress = find_end(buffer); progress != Progress::complete) return progress;
  std::string_view text = buffer.substr(skipped_, scanned_ - skipped_);
  auto fields = std::move(head.fields);
  fields.clear();
  head = Head{};
  head.fields = std::move(fields);
  head.size = scanned_;
  const bool too_large = text.size() > limits_.head_bytes;
  scanned_ = line_start_ = skipped_ = 0;

  const auto next_line = [&text] {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end - 1);
    text.remove_prefix(end + 1);
    return line;
  };
  if (!request_line(next_line(), head)) return Progress::refused;
  if (too_large) return refuse(ErrorCode::headers_too_large, "The request head is too large.");
  while (true) {
    const auto line = next_line();
    if (line.empty()) break;
    if (!field_line(line, head)) return Progress::refused;
  }
  return semantics(head) ? Progress::complete : Progress::refused;
}

bool HeadParser::request_line(std::string_view line, Head& head) {
  const auto bad = [this](std::string detail) {
    refuse(ErrorCode::invalid_request, std::move(detail));
    return false;
  };
  const auto first = line.find(' '), last = line.rfind(' ');
  if (first == line.npos || first == last) return bad("The request line is malformed.");
  head.method = line.substr(0, first);
  head.target = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);
  if (!is_token(head.method) || head.method.size() > kMaxMethod) return bad("The method is malformed.");
  const bool named = version.size() == 8 && version.starts_with("HTTP/") && version[5] >= '0' && version[5] <= '9' &&
                     version[6] == '.' && version[7] >= '0' && version[7] <= '9';
  if (!named) return bad("The HTTP version is malformed.");
  if (version[5] != '1' || version[7] > '1') {
    refuse(ErrorCode::http_version_not_supported, "");
    return false;
  }
  head.minor_version = version[7] - '0';
  if (head.target.size() > limits_.target_bytes) {
    refuse(ErrorCode::uri_too_long, "");
    return false;
  }
  if (!is_target(head.target)) return bad("The request target is malformed.");
  return true;
}

bool HeadParser::field_line(std::string_view line, Head& head) {
  if (head.fields.size() >= limits_.header_count) {
    refuse(ErrorCode::headers_too_large, "There are too many header fields.");
    return false;
  }
  const auto colon = line.find(':');
  const auto name = line.substr(0, std::min(colon, line.size()));
  const auto value = colon == line.npos ? std::string_view() : trim(line.substr(colon + 1));
  // A folded line begins with a space, which no field name may hold.
  if (colon == line.npos || !is_token(name) || !is_field_value(value)) {
    refuse(ErrorCode::invalid_request, "A header field is malformed.");
    return false;
  }
  head.fields.emplace_back(name, value);
  return true;
}

bool HeadParser::target(Head& head) {
  std::string_view rest = head.target;
  if (rest == "*" && head.method == "OPTIONS") {
    head.path = rest;
    return true;
  }
  const bool absolute = rest.starts_with("http://") || rest.starts_with("https://");
  if (absolute) {
    rest.remove_prefix(rest.find("//") + 2);
    const auto authority = rest.substr(0, std::min(rest.find_first_of("/?"), rest.size()));
    rest.remove_prefix(authority.size());
    if (!iequals(authority, head.host)) return false;
  } else if (!rest.starts_with('/') && head.method != "CONNECT") {
    return false;
  }
  const auto question = std::min(rest.find('?'), rest.size());
  head.path = rest.substr(0, question);
  head.query = rest.substr(std::min(question + 1, rest.size()));
  if (head.path.empty()) head.path = "/";
  return true;
}

bool HeadParser::framing(Head& head) {
  const auto bad = [this](std::string detail) {
    refuse(ErrorCode::invalid_request, std::move(detail));
    return false;
  };
  std::optional<std::string_view> length, coding;
  for (const auto& [name, value] : head.fields) {
    if (iequals(name, "Content-Length")) {
      if (length) return bad("Content-Length came twice.");
      length = value;
    } else if (iequals(name, "Transfer-Encoding")) {
      if (coding) return bad("Transfer-Encoding came twice.");
      coding = value;
    }
  }
  if (coding) {
    if (length) return bad("Content-Length and Transfer-Encoding exclude each other.");
    if (head.minor_version == 0) return bad("HTTP/1.0 has no Transfer-Encoding.");
    if (!iequals(*coding, "chunked")) {
      if (coding->empty() || has_list_item(*coding, "chunked")) return bad("Only the transfer coding chunked is read.");
      refuse(ErrorCode::not_implemented, "Only the transfer coding chunked is supported.");
      return false;
    }
    head.framing = Head::Framing::chunked;
  } else if (length) {
    if (length->empty() || length->find_first_not_of("0123456789") != length->npos)
      return bad("Content-Length is not a number.");
    const auto [end, error] = std::from_chars(length->data(), length->data() + length->size(), head.content_length);
    if (error != std::errc{}) return bad("Content-Length is out of range.");
    head.framing = Head::Framing::length;
  }
  return true;
}

bool HeadParser::semantics(Head& head) {
  const auto bad = [this](std::string detail) {
    refuse(ErrorCode::invalid_request, std::move(detail));
    return false;
  };
  if (!framing(head)) return false;
  std::size_t hosts = 0;
  bool close = head.minor_version == 0;
  for (const auto& [name, value] : head.fields) {
    if (name.size() == 4 && iequals(name, "Host")) {
      ++hosts;
      head.host = value;
    } else if (iequals(name, "Connection")) {
      close = close || has_list_item(value, "close");
    } else if (name.size() == 6 && iequals(name, "Expect") && head.minor_version > 0) {
      if (!iequals(value, "100-continue")) return bad("The only expectation known is 100-continue.");
      head.expects_continue = true;
    }
  }
  if (hosts > 1) return bad("Host came twice.");
  if (hosts == 0 && head.minor_version > 0) return bad("Host is missing.");
  if (hosts == 1 && !is_host(head.host)) return bad("Host is malformed.");
  if (!target(head)) return bad("The request target does not fit the method or the Host.");
  head.keep_alive = !close;
  return true;
}

Progress ChunkedDecoder::refuse(ErrorCode code, std::string detail) {
  refused_ = true;
  refusal_ = {code, std::move(detail)};
  return Progress::refused;
}

// The next whole line without its CRLF; nullopt when it is not all here, or is malformed (refused_).
std::optional<std::string_view> ChunkedDecoder::take_line(std::string_view& input) {
  constexpr std::size_t kMaxLine = 1024;
  const auto newline = input.find('\n');
  const auto taken = newline == input.npos ? input.size() : newline + 1;
  line_.append(input.substr(0, taken));
  input.remove_prefix(taken);
  overhead_ += taken;
  const bool whole = newline != input.npos;
  if (line_.size() > kMaxLine || overhead_ > 8 * body_limit_ + 4096)
    refuse(ErrorCode::body_too_large, "The chunks hold too little for their number.");
  else if (whole && (line_.size() < 2 || line_[line_.size() - 2] != '\r'))
    refuse(ErrorCode::invalid_request, "A line of the chunked body does not end in CRLF.");
  if (refused_ || !whole) return std::nullopt;
  return std::string_view(line_).substr(0, line_.size() - 2);
}

bool ChunkedDecoder::size_line(std::string_view line) {
  constexpr std::size_t kMaxDigits = 8;
  const auto semicolon = std::min(line.find(';'), line.size());
  const auto digits = line.substr(0, semicolon);
  const bool hex = !digits.empty() && digits.size() <= kMaxDigits &&
                   std::all_of(digits.begin(), digits.end(), [](char c) { return hex_digit(c) >= 0; });
  if (!hex || !is_field_value(line)) {
    refuse(ErrorCode::invalid_request, "A chunk's size is malformed.");
    return false;
  }
  std::from_chars(digits.data(), digits.data() + digits.size(), left_, 16);
  return true;
}

bool ChunkedDecoder::trailer_line(std::string_view line) {
  const auto colon = line.find(':');
  const auto name = line.substr(0, std::min(colon, line.size()));
  if (colon != line.npos && is_token(name) && is_field_value(line.substr(colon + 1)) && !is_forbidden_in_trailer(name))
    return true;
  refuse(ErrorCode::invalid_request, "A trailer field is malformed or not allowed there.");
  return false;
}

Progress ChunkedDecoder::feed(std::string_view& input, std::string& body) {
  while (!input.empty()) {
    if (state_ == State::data) {
      const auto taken = std::min<std::uint64_t>(left_, input.size());
      body.append(input.substr(0, taken));
      input.remove_prefix(taken);
      left_ -= taken;
      if (left_ == 0) state_ = State::data_end;
      continue;
    }
    const auto line = take_line(input);
    if (refused_) return Progress::refused;
    if (!line) return Progress::incomplete;
    if (state_ == State::size_line) {
      if (!size_line(*line)) return Progress::refused;
      if (left_ > body_limit_ - std::min(body.size(), body_limit_))
        return refuse(ErrorCode::body_too_large, "The body is too large.");
      state_ = left_ == 0 ? State::trailer : State::data;
    } else if (state_ == State::data_end) {
      if (!line->empty()) return refuse(ErrorCode::invalid_request, "A chunk is longer than its size says.");
      state_ = State::size_line;
    } else {
      if (line->empty()) return Progress::complete;
      if (!trailer_line(*line)) return Progress::refused;
    }
    line_.clear();
  }
  return Progress::incomplete;
}

}  // namespace gatehouse::server
