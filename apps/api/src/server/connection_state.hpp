#pragma once
// The connection from inside: its state and the steps of its coroutine, which connection.cpp defines. Nobody else
// includes this.
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "server/connection.hpp"
#include "server/http_parser.hpp"

namespace gatehouse::server::connections {

namespace asio = boost::asio;

using Clock = std::chrono::steady_clock;
using Executor = asio::io_context::executor_type;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;
template <class T>
using Task = asio::awaitable<T, Executor>;
constexpr asio::use_awaitable_t<Executor> kAwait{};
constexpr auto kTuple = asio::as_tuple(kAwait);

// Suspends the coroutine until `start`'s argument is called, once, from any thread.
template <class Start>
auto suspend(Executor executor, Start start) {
  return asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(
      [executor](auto handler, Start begin) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        begin([shared, executor] { asio::post(executor, [shared] { std::move (*shared)(); }); });
      },
      kAwait, std::move(start));
}

template <class Stream>
class Connection final : public Swept, public std::enable_shared_from_this<Connection<Stream>> {
 public:
  static constexpr bool kTls = !std::is_same_v<Stream, Socket>;

  Connection(std::shared_ptr<Edge> edge, IoThread& thread, DateCache& date, Stream stream, const void* owner)
      : edge_(std::move(edge)),
        thread_(thread),
        date_(date),
        stream_(std::move(stream)),
        owner_(owner),
        timer_(thread.context().get_executor()),
        parser_({edge_->options().limits.head_bytes, edge_->options().limits.header_count,
                 edge_->options().limits.target_bytes}) {
    thread_.add(this);
    edge_->connection_opened();
  }
  ~Connection() override {
    thread_.remove(this);
    edge_->connection_closed();
  }

  void start() {
    boost::system::error_code ec;
    const auto endpoint = socket().remote_endpoint(ec);
    if (ec) return;
    peer_ = address_of(endpoint.address());
    exchange_.request.peer_ip = peer_.str();
    socket().set_option(asio::ip::tcp::no_delay(true), ec);
    auto self = this->shared_from_this();
    auto whole = [self]() -> Task<void> { co_await self->serve(); };
    asio::co_spawn(thread_.context().get_executor(), std::move(whole), asio::detached);
  }

  void sweep(Clock::time_point now) override {
    if (now < deadline_) return;
    deadline_ = Clock::time_point::max();
    if (phase_ == Phase::reading) {
      timed_out_ = true;
      boost::system::error_code ec;
      socket().cancel(ec);
    } else {
      close();
    }
  }
  void wake() override {
    if (phase_ == Phase::polling) timer_.cancel();
  }
  void begin_drain(const void* owner) override {
    if (owner != owner_) return;
    if (phase_ == Phase::idle) close();
    wake();
  }
  void close_now(const void* owner) override {
    if (owner != owner_) return;
    wake();
    close();
  }

 private:
  enum class Phase : std::uint8_t { handshake, idle, reading, writing, handling, polling, lingering };

  Socket& socket() {
    if constexpr (kTls)
      return stream_.next_layer();
    else
      return stream_;
  }

  static IpAddress address_of(const asio::ip::address& address) {
    const auto text =
        address.is_v6() ? asio::ip::address_v6(address.to_v6().to_bytes()).to_string() : address.to_string();
    return IpAddress::parse(text).value_or(IpAddress());
  }

  void close() {
    closed_ = true;
    boost::system::error_code ec;
    socket().close(ec);
  }

  void enter(Phase phase, std::chrono::milliseconds allowed) {
    phase_ = phase;
    deadline_ = Clock::now() + allowed;
  }
  void enter(Phase phase) {
    phase_ = phase;
    deadline_ = Clock::time_point::max();
  }

  std::string_view unread() const { return std::string_view(in_).substr(read_, filled_ - read_); }

  Task<void> serve();
  Task<bool> one_request();
  Task<bool> read_head();
  Task<bool> read_body();
  Task<std::optional<Response>> handle();
  Task<std::optional<Response>> later();
  Task<std::optional<Response>> on_lane();
  Task<bool> poll_pause(std::chrono::milliseconds at_most);
  Task<bool> fill();
  Task<bool> flush();
  Task<void> linger();
  bool refuse(const Refusal& refusal);
  bool refuse_body(const Refusal& refusal);
  void consume(std::size_t size);
  bool peer_is_gone();
  void answer(Response response);

  std::shared_ptr<Edge> edge_;
  IoThread& thread_;
  DateCache& date_;
  Stream stream_;
  const void* owner_;
  Timer timer_;
  HeadParser parser_;
  IpAddress peer_;

  std::string in_;  // bytes read_ to filled_ are not used yet
  std::size_t read_ = 0, filled_ = 0;
  std::string out_;
  Head head_;
  Exchange exchange_;
  std::optional<Response> early_;
  std::optional<Response> later_;
  Response laned_;

  Phase phase_ = Phase::handshake;
  Clock::time_point deadline_ = Clock::time_point::max();
  bool timed_out_ = false;
  bool closed_ = false;
};

}  // namespace gatehouse::server::connections
