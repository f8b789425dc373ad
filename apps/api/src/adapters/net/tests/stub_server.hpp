#pragma once
// A small HTTP/1.1 server on a free loopback port for tests: one thread a connection, the answers made by a function.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace gatehouse::adapters::testing {

struct StubRequest {
  std::string method, target, body;
  std::map<std::string, std::string> headers;  ///< names in lower case
};

struct StubResponse {
  int status = 200;
  std::string body{};
  std::string extra_headers{};  ///< whole lines
  bool hang_up = false;         ///< close without an answer
};

/// A listening socket and a thread for each connection that comes in.
class LoopbackListener {
 public:
  explicit LoopbackListener(std::function<void(int)> serve) : serve_(std::move(serve)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("no loopback port");
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~LoopbackListener() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    {
      std::lock_guard lock(mutex_);
      for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }
    for (auto& thread : threads_) thread.join();
  }
  LoopbackListener(const LoopbackListener&) = delete;
  LoopbackListener& operator=(const LoopbackListener&) = delete;

  int port() const { return port_; }
  int connections() const { return connections_; }

 private:
  void accept_all() {
    for (;;) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0 || stopping_) {
        if (fd >= 0) ::close(fd);
        return;
      }
      ++connections_;
      std::lock_guard lock(mutex_);
      open_.push_back(fd);
      threads_.emplace_back([this, fd] {
        serve_(fd);
        std::lock_guard inner(mutex_);
        std::erase(open_, fd);
        ::close(fd);
      });
    }
  }

  const std::function<void(int)> serve_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> connections_{0};
  std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

inline bool send_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

class StubServer {
 public:
  using Handler = std::function<StubResponse(const StubRequest&)>;
  explicit StubServer(Handler handler) : handler_(std::move(handler)), listener_([this](int fd) { serve(fd); }) {}

  std::string url() const { return "http://127.0.0.1:" + std::to_string(listener_.port()); }
  int port() const { return listener_.port(); }
  int connections() const { return listener_.connections(); }

 private:
  void serve(int fd) const {
    std::string buffer;
    while (true) {
      std::size_t head_end = 0;
      while ((head_end = buffer.find("\r\n\r\n")) == std::string::npos) {
        if (!receive(fd, buffer)) return;
      }
      StubRequest request = parse_head(buffer.substr(0, head_end + 2));
      const auto length =
          request.headers.contains("content-length") ? std::stoul(request.headers["content-length"]) : 0;
      while (buffer.size() < head_end + 4 + length) {
        if (!receive(fd, buffer)) return;
      }
      request.body = buffer.substr(head_end + 4, length);
      buffer.erase(0, head_end + 4 + length);
      const StubResponse response = handler_(request);
      if (response.hang_up) return;
      if (!send_all(fd, "HTTP/1.1 " + std::to_string(response.status) +
                            " Stub\r\nContent-Length: " + std::to_string(response.body.size()) + "\r\n" +
                            response.extra_headers + "\r\n" + response.body))
        return;
    }
  }

  static bool receive(int fd, std::string& buffer) {
    char chunk[4096];
    const ssize_t got = ::recv(fd, chunk, sizeof chunk, 0);
    if (got <= 0) return false;
    buffer.append(chunk, static_cast<std::size_t>(got));
    return true;
  }

  static StubRequest parse_head(const std::string& head) {
    StubRequest request;
    const auto line_end = head.find("\r\n");
    const std::string line = head.substr(0, line_end);
    request.method = line.substr(0, line.find(' '));
    const auto target = line.find(' ') + 1;
    request.target = line.substr(target, line.find(' ', target) - target);
    for (std::size_t at = line_end + 2; at < head.size();) {
      const auto end = head.find("\r\n", at);
      const std::string field = head.substr(at, end - at);
      at = end + 2;
      const auto colon = field.find(':');
      std::string name = field.substr(0, colon);
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      std::string value = colon == std::string::npos ? "" : field.substr(colon + 1);
      request.headers[name] = value.substr(std::min(value.find_first_not_of(' '), value.size()));
    }
    return request;
  }

  const Handler handler_;
  LoopbackListener listener_;
};

}  // namespace gatehouse::adapters::testing
