#include "server/listener.hpp"

#include <chrono>
#include <future>

#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "observability/log.hpp"
#include "server/ip.hpp"

namespace gatehouse::server {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr int kBacklog = 4096;

std::string bind_problem(const boost::system::error_code& ec, const std::string& host, std::uint16_t port) {
  const std::string at = "port " + std::to_string(port) + " on " + host;
  if (ec == asio::error::address_in_use)
    return at + " is taken: stop the other process or use --listen HOST:PORT with another";
  if (ec == asio::error::access_denied)
    return at + " is not permitted: use a port above 1023 or give the program CAP_NET_BIND_SERVICE";
  if (ec == boost::system::errc::address_not_available)
    return host + " is no address of this machine: correct --listen or server.listen";
  return "cannot listen on " + at + ": " + ec.message() + ": correct --listen or server.listen";
}

}  // namespace

struct Listener::State : std::enable_shared_from_this<Listener::State> {
  State(IoThreads::Impl& threads, OnSocket callback)
      : io(threads), on_socket(std::move(callback)), pause(threads.threads.front()->context()) {}

  boost::system::error_code open(const tcp::endpoint& endpoint);
  void accept_next(tcp::acceptor& acceptor);

  IoThreads::Impl& io;
  OnSocket on_socket;
  std::vector<std::unique_ptr<tcp::acceptor>> acceptors;
  asio::steady_timer pause;
  bool closed = false;
};

boost::system::error_code Listener::State::open(const tcp::endpoint& endpoint) {
  auto acceptor = std::make_unique<tcp::acceptor>(io.threads.front()->context());
  boost::system::error_code ec;
  acceptor->open(endpoint.protocol(), ec);
  if (!ec) acceptor->set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec && endpoint.address().is_v6())
    acceptor->set_option(asio::ip::v6_only(!endpoint.address().is_unspecified()), ec);
  if (!ec) acceptor->bind(endpoint, ec);
  if (!ec) acceptor->listen(kBacklog, ec);
  if (!ec) acceptors.push_back(std::move(acceptor));
  return ec;
}

void Listener::State::accept_next(tcp::acceptor& acceptor) {
  const std::size_t turn = io.next();
  auto self = shared_from_this();
  acceptor.async_accept(io.threads[turn]->context().get_executor(),
                        [self, turn, &acceptor](const boost::system::error_code& ec, Socket socket) {
                          if (self->closed || ec == asio::error::operation_aborted) return;
                          if (!ec) {
                            // The handler must be copyable, and a socket is not.
                            auto shared = std::make_shared<Socket>(std::move(socket));
                            asio::post(self->io.threads[turn]->context(),
                                       [self, turn, shared] { self->on_socket(turn, std::move(*shared)); });
                            return self->accept_next(acceptor);
                          }
                          // Out of file descriptors, most likely: the waiting client stays in the backlog until one is
                          // free.
                          observability::log(observability::Level::warning, "accept_failed", {{"cause", ec.message()}});
                          self->pause.expires_after(std::chrono::milliseconds(100));
                          self->pause.async_wait([self, &acceptor](const boost::system::error_code&) {
                            if (!self->closed) self->accept_next(acceptor);
                          });
                        });
}

Listener::Listener(IoThreads::Impl& io, OnSocket on_socket)
    : state_(std::make_shared<State>(io, std::move(on_socket))) {}

Listener::~Listener() { close(); }

Result<std::uint16_t> Listener::bind(const std::string& host, std::uint16_t port) {
  const auto refused = [&](const boost::system::error_code& ec) {
    return fail(ErrorCode::internal_error, bind_problem(ec, host, port));
  };
  if (host != "localhost") {
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    boost::system::error_code ec;
    const auto address = asio::ip::make_address(bracketed ? host.substr(1, host.size() - 2) : host, ec);
    if (ec)
      return fail(ErrorCode::internal_error,
                  "listen host " + host + " is not an address: use an IP address or localhost");
    if (const auto failed = state_->open({address, port})) return refused(failed);
    return state_->acceptors.front()->local_endpoint().port();
  }
  constexpr int kTries = 20;
  for (int i = 0; i < kTries; ++i) {
    state_->acceptors.clear();
    if (const auto failed = state_->open({asio::ip::address_v4::loopback(), port})) return refused(failed);
    const auto bound = state_->acceptors.front()->local_endpoint().port();
    const auto six = state_->open({asio::ip::address_v6::loopback(), bound});
    // A machine without IPv6 has no [::1], and that is no fault.
    if (!six || six != asio::error::address_in_use) return bound;
    if (port != 0) return refused(six);
  }
  return fail(ErrorCode::internal_error, "no port is free on both 127.0.0.1 and [::1]: use --listen 127.0.0.1:0");
}

void Listener::accept() {
  auto state = state_;
  asio::post(state->io.threads.front()->context(), [state] {
    for (auto& acceptor : state->acceptors) state->accept_next(*acceptor);
  });
}

void Listener::close() {
  auto done = std::make_shared<std::promise<void>>();
  auto state = state_;
  asio::post(state->io.threads.front()->context(), [state, done] {
    state->closed = true;
    state->pause.cancel();
    boost::system::error_code ec;
    for (auto& acceptor : state->acceptors) acceptor->close(ec);
    done->set_value();
  });
  done->get_future().wait();
}

}  // namespace gatehouse::server
