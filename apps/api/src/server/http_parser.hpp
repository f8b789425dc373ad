#pragma once
// HTTP/1.1 as it comes off the wire, read strictly: what two programs could read differently is refused, because that
// is how one request is smuggled inside another. Used by the connection alone, on bytes it has buffered; no I/O, so
// each refusal has a plain test and a fuzz target. RFC 9112 sections 2.2, 3, 5, 6, 7.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "foundation/result.hpp"

namespace gatehouse::server {

struct HeadLimits {
  std::size_t head_bytes = 16 * 1024;
  std::size_t header_count = 100;
  std::size_t target_bytes = 8 * 1024;
};

/// A request's head. The views point into the buffer that was parsed.
struct Head {
  enum class Framing : std::uint8_t { none, length, chunked };

  std::string_view method;
  std::string_view target;
  std::string_view path, query;  ///< of the target; absolute-form is reduced to them
  std::string_view host;
  int minor_version = 1;
  std::vector<std::pair<std::string_view, std::string_view>> fields;
  Framing framing = Framing::none;
  std::uint64_t content_length = 0;
  bool keep_alive = true;
  bool expects_continue = false;
  std::size_t size = 0;  ///< bytes of the buffer that it took
};

enum class Progress : std::uint8_t { incomplete, complete, refused };

/// Why a message was refused. Where it came from is over: the connection answers and closes.
struct Refusal {
  ErrorCode code = ErrorCode::invalid_request;
  std::string detail;
};

class HeadParser {
 public:
  explicit HeadParser(HeadLimits limits) : limits_(limits) {}

  /// Looks at the buffered bytes from the start of a message; called again with more of the same bytes until it is
  /// complete. Resets itself then.
  Progress parse(std::string_view buffer, Head& head);
  const Refusal& refusal() const { return refusal_; }

 private:
  Progress refuse(ErrorCode code, std::string detail);
  Progress find_end(std::string_view buffer);
  bool request_line(std::string_view line, Head& head);
  bool target(Head& head);
  bool field_line(std::string_view line, Head& head);
  bool semantics(Head& head);
  bool framing(Head& head);

  HeadLimits limits_;
  std::size_t scanned_ = 0;     ///< no line end before here is unseen
  std::size_t line_start_ = 0;  ///< of the line that is not complete yet
  std::size_t skipped_ = 0;     ///< an empty line before the request line
  Refusal refusal_;
};

/// Decodes a chunked body. Chunk extensions are ignored; trailers are checked and dropped.
class ChunkedDecoder {
 public:
  explicit ChunkedDecoder(std::size_t body_limit) : body_limit_(body_limit) {}

  /// Takes what it can from `input` (which it shortens) and appends the content to `body`.
  Progress feed(std::string_view& input, std::string& body);
  const Refusal& refusal() const { return refusal_; }

 private:
  enum class State : std::uint8_t { size_line, data, data_end, trailer };
  Progress refuse(ErrorCode code, std::string detail);
  std::optional<std::string_view> take_line(std::string_view& input);
  bool size_line(std::string_view line);
  bool trailer_line(std::string_view line);

  std::size_t body_limit_;
  State state_ = State::size_line;
  std::uint64_t left_ = 0;    ///< of the present chunk
  std::size_t overhead_ = 0;  ///< bytes that were not content
  std::string line_;          ///< a line that is not complete yet
  bool refused_ = false;
  Refusal refusal_;
};

/// Whether an authority is made of what hosts and ports are made of.
bool is_host(std::string_view authority);

}  // namespace gatehouse::server
