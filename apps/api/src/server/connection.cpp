#include "server/connection.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include "foundation/secret.hpp"
#include "server/connection_state.hpp"

namespace gatehouse::server {

namespace asio = boost::asio;

namespace connections {

namespace {

constexpr std::size_t kFirstBuffer = 1024;
constexpr std::size_t kMostPending = 64 * 1024;  // answers to pipelined requests that one write sends together
constexpr std::chrono::seconds kLinger{2};
constexpr std::size_t kMostLingered = 1024 * 1024;

const char* why(Admission admission) {
  switch (admission) {
    case Admission::full:
      return "the lane is full";
    case Admission::over_share:
      return "the network's share of the lane is used up";
    case Admission::accepted:
    case Admission::stopped:
      break;
  }
  return "the lane has stopped";
}

}  // namespace

template <class Stream>
Task<void> Connection<Stream>::serve() {
  if constexpr (kTls) {
    enter(Phase::handshake, edge_->options().limits.read);
    const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, kTuple);
    if (error || closed_) co_return;
  }
  in_.resize(kFirstBuffer);
  while (true) {
    const bool more = co_await one_request();
    if (more) continue;
    if (!closed_ && !out_.empty()) {
      const bool sent = co_await flush();
      if (sent) co_await linger();
    }
    co_return;
  }
}

// One request and its answer. False when the connection is over, once what is in out_ is sent.
template <class Stream>
Task<bool> Connection<Stream>::one_request() {
  if (!co_await read_head()) co_return false;
  early_ = edge_->admit(exchange_, head_, peer_, kTls);
  const bool has_body = head_.framing != Head::Framing::none;
  consume(head_.size);
  if (has_body) {
    // Nothing of the head is used after this: the buffer moves under its views.
    const bool read = co_await read_body();
    if (!read) co_return false;
  }
  if (early_) {
    answer(std::move(*early_));
  } else {
    auto response = edge_->run_fast(exchange_);
    if (!response) {
      response = co_await handle();
      if (!response) co_return false;
    }
    answer(std::move(*response));
  }
  if (has_body) wipe(exchange_.request.body.data(), exchange_.request.body.size());
  if (out_.size() > kMostPending) {
    const bool sent = co_await flush();
    if (!sent) co_return false;
  }
  co_return exchange_.keep_alive;
}

template <class Stream>
Task<bool> Connection<Stream>::read_head() {
  const Limits& limits = edge_->options().limits;
  bool begun = false;
  while (true) {
    const auto progress = parser_.parse(unread(), head_);
    if (progress == Progress::complete) co_return true;
    if (progress == Progress::refused) co_return refuse(parser_.refusal());
    if (!out_.empty()) {
      const bool sent = co_await flush();
      if (!sent) co_return false;
    }
    if (unread().empty()) {
      if (edge_->draining.load(std::memory_order_relaxed)) co_return false;
      enter(Phase::idle, limits.idle);
    } else if (!begun) {
      begun = true;
      enter(Phase::reading, limits.read);
    }
    const bool read = co_await fill();
    if (!read && timed_out_) co_return refuse({ErrorCode::request_timeout, ""});
    if (!read) co_return false;
  }
}

template <class Stream>
Task<bool> Connection<Stream>::read_body() {
  const Limits& limits = edge_->options().limits;
  const bool chunked = head_.framing == Head::Framing::chunked;
  const auto length = head_.content_length;
  if (!chunked && length > limits.body_bytes) co_return refuse_body({ErrorCode::body_too_large, ""});
  if (head_.expects_continue && unread().empty()) {
    // The client waits for leave to send; where the answer is clear already it gets that instead.
    if (early_) {
      exchange_.keep_alive = false;
      co_return true;
    }
    out_ += "HTTP/1.1 100 Continue\r\n\r\n";
  }
  if (!out_.empty()) {
    const bool sent = co_await flush();
    if (!sent) co_return false;
  }
  enter(Phase::reading, limits.read);
  ChunkedDecoder decoder(limits.body_bytes);
  std::string& body = exchange_.request.body;
  if (!chunked) body.reserve(length);
  while (true) {
    std::string_view input = unread();
    if (chunked) {
      const auto before = input.size();
      const auto progress = decoder.feed(input, body);
      consume(before - input.size());
      if (progress == Progress::refused) co_return refuse_body(decoder.refusal());
      if (progress == Progress::complete) co_return true;
    } else {
      const auto taken = std::min<std::uint64_t>(length - body.size(), input.size());
      body.append(input.substr(0, taken));
      consume(taken);
      if (body.size() == length) co_return true;
    }
    const bool read = co_await fill();
    if (!read && timed_out_) co_return refuse_body({ErrorCode::request_timeout, ""});
    if (!read) co_return false;
  }
}

// The route's own handler, and again as long as it wants to wait. nullopt: the client or the server went away.
template <class Stream>
Task<std::optional<Response>> Connection<Stream>::handle() {
  if (!out_.empty()) {
    const bool sent = co_await flush();
    if (!sent) co_return std::nullopt;
  }
  if (exchange_.match.route->later) {
    auto response = co_await later();
    if (closed_) co_return std::nullopt;
    if (response) co_return response;
  }
  while (true) {
    const auto wakes = edge_->wakes.load();
    auto response = co_await on_lane();
    if (!response || !response->poll_again) co_return response;
    if (exchange_.request.last_call) {
      Error error;
      error.code = ErrorCode::overloaded;
      error.detail = "The server is stopping.";
      error.retry_after = std::chrono::seconds(1);
      co_return Response::problem(std::move(error));
    }
    if (wakes == edge_->wakes.load() && !edge_->draining.load()) {
      const bool on = co_await poll_pause(*response->poll_again);
      if (!on) co_return std::nullopt;
    }
    if (edge_->draining.load()) {
      exchange_.request.last_call = true;
      exchange_.keep_alive = false;
    }
  }
}

template <class Stream>
Task<std::optional<Response>> Connection<Stream>::later() {
  enter(Phase::handling);
  later_.reset();
  auto begin = [this](auto resume) {
    const bool begun = edge_->run_later(exchange_, [this, resume](std::optional<Response> response) {
      later_ = std::move(response);
      resume();
    });
    if (!begun) resume();
  };
  co_await suspend(thread_.context().get_executor(), std::move(begin));
  exchange_.fast = later_ && later_->status < 400;
  co_return std::move(later_);
}

template <class Stream>
Task<std::optional<Response>> Connection<Stream>::on_lane() {
  enter(Phase::handling);
  auto admission = Admission::accepted;
  // The suspended coroutine keeps the connection alive until resume(), after which the lane's thread holds nothing of
  // it: it must end on its own thread.
  auto begin = [this, &admission](auto resume) {
    auto job = [this, resume] {
      laned_ = edge_->run(exchange_);
      resume();
    };
    const auto lane = exchange_.match.route->lane;
    admission = edge_->lanes().submit(lane, edge_->share_key(exchange_), std::move(job));
    if (admission != Admission::accepted) resume();
  };
  co_await suspend(thread_.context().get_executor(), std::move(begin));
  if (closed_) co_return std::nullopt;
  if (admission == Admission::accepted) co_return std::move(laned_);
  Error error;
  error.code = ErrorCode::overloaded;
  error.retry_after = std::chrono::seconds(1);
  error.cause = why(admission);
  co_return Response::problem(std::move(error));
}

template <class Stream>
Task<bool> Connection<Stream>::poll_pause(std::chrono::milliseconds at_most) {
  enter(Phase::polling);
  timer_.expires_after(at_most);
  co_await timer_.async_wait(kTuple);
  if (!closed_ && peer_is_gone()) close();
  co_return !closed_;
}

// Looks without taking: an orderly end of the client's side, or a broken connection, ends a long poll.
template <class Stream>
bool Connection<Stream>::peer_is_gone() {
  char byte = 0;
  const auto got = ::recv(socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

template <class Stream>
void Connection<Stream>::answer(Response response) {
  edge_->finish(exchange_, std::move(response), date_.get(edge_->hooks().now, exchange_.request.received_at), out_);
}

// Always false, so that readers can return it.
template <class Stream>
bool Connection<Stream>::refuse(const Refusal& refusal) {
  exchange_.keep_alive = false;
  edge_->finish_refused(refusal, peer_, date_.get(edge_->hooks().now, Clock::now()), out_);
  return false;
}

// The same once the head is known, so that the answer is that route's.
template <class Stream>
bool Connection<Stream>::refuse_body(const Refusal& refusal) {
  exchange_.keep_alive = false;
  answer(Response::problem(refusal.code, refusal.detail));
  return false;
}

template <class Stream>
void Connection<Stream>::consume(std::size_t size) {
  if (head_.framing != Head::Framing::none) wipe(in_.data() + read_, size);
  read_ += size;
  if (read_ == filled_) read_ = filled_ = 0;
}

// More bytes behind those that are there. False: the client is gone, or a deadline passed.
template <class Stream>
Task<bool> Connection<Stream>::fill() {
  if (filled_ == in_.size()) {
    if (read_ > 0) {
      in_.erase(0, read_);
      filled_ -= read_;
      read_ = 0;
    }
    in_.resize(std::max(in_.size(), filled_) * 2);
  }
  const auto [error, size] =
      co_await stream_.async_read_some(asio::buffer(in_.data() + filled_, in_.size() - filled_), kTuple);
  filled_ += size;
  co_return !error && !closed_ && !timed_out_;
}

template <class Stream>
Task<bool> Connection<Stream>::flush() {
  constexpr std::size_t kSlowest = 64 * 1024;  // bytes a second that a client must take
  const auto extra = std::chrono::seconds(out_.size() / kSlowest);
  enter(Phase::writing, edge_->options().limits.write + extra);
  const auto [error, size] = co_await asio::async_write(stream_, asio::buffer(out_), kTuple);
  out_.clear();
  if (out_.capacity() > kMostPending) out_.shrink_to_fit();
  enter(Phase::handling);
  co_return !error && !closed_;
}

// Closes so that the answer arrives: a socket closed with unread bytes resets the connection, and the client may lose
// what it was told.
template <class Stream>
Task<void> Connection<Stream>::linger() {
  enter(Phase::lingering, kLinger);
  if constexpr (kTls) {
    const auto [ignored] = co_await stream_.async_shutdown(kTuple);
    if (closed_) co_return;
  }
  boost::system::error_code ec;
  socket().shutdown(asio::ip::tcp::socket::shutdown_send, ec);
  if (ec) co_return;
  in_.resize(std::max<std::size_t>(in_.size(), kFirstBuffer));
  for (std::size_t total = 0; total < kMostLingered;) {
    const auto [error, size] = co_await socket().async_read_some(asio::buffer(in_.data(), in_.size()), kTuple);
    if (error || closed_) co_return;
    total += size;
  }
}

}  // namespace connections

void start_connection(std::shared_ptr<Edge> edge, IoThread& thread, DateCache& date, Socket socket,
                      asio::ssl::context* tls, const void* owner) {
  if (tls) {
    using TlsStream = asio::ssl::stream<Socket>;
    auto made = std::make_shared<connections::Connection<TlsStream>>(std::move(edge), thread, date,
                                                                     TlsStream(std::move(socket), *tls), owner);
    made->start();
  } else {
    auto made =
        std::make_shared<connections::Connection<Socket>>(std::move(edge), thread, date, std::move(socket), owner);
    made->start();
  }
}

}  // namespace gatehouse::server
