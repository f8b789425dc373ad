#pragma once
// What the edge's tests share: a Server with toy routes on an ephemeral loopback port, and a client that speaks raw
// bytes, because a well-behaved client could not send what must be refused.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "observability/metrics.hpp"
#include "server/request.hpp"
#include "server/server.hpp"

namespace gatehouse::server::test {

using namespace std::chrono_literals;

struct Answer {
  int status = 0;
  std::string head;
  std::string body;

  std::optional<std::string> header(std::string_view name) const {
    std::string_view rest = head;
    while (!rest.empty()) {
      const auto end = std::min(rest.find("\r\n"), rest.size());
      const auto line = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 2, rest.size()));
      const auto colon = line.find(':');
      if (colon != line.npos && iequals(line.substr(0, colon), name)) return std::string(line.substr(colon + 2));
    }
    return std::nullopt;
  }
  boost::json::object json() const { return boost::json::parse(body).as_object(); }
  std::string code() const { return std::string(json().at("code").as_string()); }
};

/// A plain TCP client with a patience of two seconds.
class Client {
 public:
  explicit Client(std::uint16_t port, int receive_buffer = 0) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("connect failed");
  }
  ~Client() { close(); }
  Client(Client&& other) noexcept : fd_(std::exchange(other.fd_, -1)), pending_(std::move(other.pending_)) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

  /// Sends as much as the other side takes within a second.
  Client& send(std::string_view text) {
    while (!text.empty()) {
      pollfd wait{fd_, POLLOUT, 0};
      if (::poll(&wait, 1, 1000) <= 0) break;
      const auto sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent <= 0) break;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return *this;
  }
  void finish_sending() const { ::shutdown(fd_, SHUT_WR); }

  /// The next answer; status 0 when the connection ended or the patience did.
  Answer read(bool head_only = false) {
    Answer answer;
    while (pending_.find("\r\n\r\n") == pending_.npos)
      if (!more()) return answer;
    const auto end = pending_.find("\r\n\r\n");
    answer.head = pending_.substr(0, end);
    pending_.erase(0, end + 4);
    answer.status = std::stoi(answer.head.substr(9, 3));
    const auto length = head_only ? 0 : std::stoul(answer.header("Content-Length").value_or("0"));
    while (pending_.size() < length)
      if (!more()) return answer;
    answer.body = pending_.substr(0, length);
    pending_.erase(0, length);
    return answer;
  }

  Answer call(std::string_view text) { return send(text).read(text.starts_with("HEAD")); }

  /// Whether the server ended the connection, having sent nothing more.
  bool is_closed(std::chrono::milliseconds patience = 2000ms) {
    if (!pending_.empty()) return false;
    patience_ = patience;
    return !more() && ended_ && pending_.empty();
  }

 private:
  bool more() {
    pollfd wait{fd_, POLLIN, 0};
    if (::poll(&wait, 1, static_cast<int>(patience_.count())) <= 0) return false;
    std::string chunk(65536, '\0');
    const auto got = ::recv(fd_, chunk.data(), chunk.size(), 0);
    ended_ = got <= 0;
    if (got > 0) pending_.append(chunk.data(), static_cast<std::size_t>(got));
    return got > 0;
  }

  int fd_;
  std::string pending_;
  std::chrono::milliseconds patience_{2000};
  bool ended_ = false;
};

/// A Server and all it needs, started.
class TestServer {
 public:
  explicit TestServer(std::vector<Route> routes, ServerOptions options = {}, ServerHooks hooks = {},
                      LanesOptions lane_options = {{2, 64, 0}, {1, 2, 0}, {1, 4, 0}}, std::string base_path = {})
      : io(2), lanes(lane_options) {
    options.host = "127.0.0.1";
    options.port = 0;
    if (!hooks.now) hooks.now = [] { return from_unix_seconds(784111777); };
    server = std::make_unique<Server>(std::move(options), Router(std::move(routes), std::move(base_path)), io, lanes,
                                      metrics, std::move(hooks));
    const auto started = server->start();
    if (!started) throw std::runtime_error(started.error().detail);
    port = *started;
  }

  Client connect() const { return Client(port); }
  Answer call(std::string_view text) const { return connect().call(text); }

  observability::Metrics metrics;
  IoThreads io;
  Lanes lanes;
  std::unique_ptr<Server> server;
  std::uint16_t port = 0;
};

inline std::string get(std::string_view target, std::string_view more = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(more) + "\r\n";
}

inline std::string post(std::string_view target, std::string_view body, std::string_view more = "",
                        std::string_view type = "application/json") {
  return "POST " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + std::string(type) +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(more) + "\r\n" + std::string(body);
}

/// Waits until it is so, for two seconds at most.
template <class Condition>
bool eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + 2s;
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) return true;
    std::this_thread::sleep_for(2ms);
  }
  return condition();
}

inline Route quick(std::string method, std::string pattern, FastHandler fast) {
  Route route;
  route.method = std::move(method);
  route.pattern = std::move(pattern);
  route.lane = Lane::edge;
  route.fast = std::move(fast);
  return route;
}

inline Route laned(std::string method, std::string pattern, Handler handler, Lane lane = Lane::store) {
  Route route;
  route.method = std::move(method);
  route.pattern = std::move(pattern);
  route.lane = lane;
  route.handler = std::move(handler);
  return route;
}

/// GET /ping on the edge, GET /slow/{n} and POST /echo on a lane.
inline std::vector<Route> toy_routes() {
  return {quick("GET", "/ping",
                [](const Request&) {
                  return Response::json(200, {{"pong", true}});
                }),
          laned("GET", "/items/{id}",
                [](const Request& request) {
                  return Response::json(200, {{"id", request.param("id")}, {"ip", request.client_ip}});
                }),
          laned("POST", "/echo",
                [](const Request& request) { return Response::text(200, "application/json", request.body); })};
}

}  // namespace gatehouse::server::test
