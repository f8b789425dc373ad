#include "adapters/storage/tests/fault_proxy.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace gatehouse::adapters::storage {
namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

bool readable(int file, int patience_ms) {
  pollfd waited{.fd = file, .events = POLLIN, .revents = 0};
  return poll(&waited, 1, patience_ms) > 0;
}

/// False when the line is over.
bool receive(int from, std::string& data) {
  char buffer[65536];
  const ssize_t count = recv(from, buffer, sizeof buffer, 0);
  if (count <= 0) return false;
  data.assign(buffer, static_cast<std::size_t>(count));
  return true;
}

void deliver(int to, const std::string& data) {
  std::size_t sent = 0;
  while (sent < data.size()) {
    const ssize_t count = send(to, data.data() + sent, data.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return;
    sent += static_cast<std::size_t>(count);
  }
}

}  // namespace

FaultProxy::FaultProxy(int server_port) : server_port_(server_port), listener_(socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 64) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("the proxy has no port");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_lines(); });
}

FaultProxy::~FaultProxy() {
  stopping_ = true;
  acceptor_.join();
  for (std::thread& line : lines_) line.join();
  close(listener_);
}

void FaultProxy::cut() { ++cuts_; }

void FaultProxy::set_trap(const std::string& bytes, bool deliver_them) {
  const std::lock_guard lock(mutex_);
  trap_ = bytes;
  trap_delivers_ = deliver_them;
}

bool FaultProxy::sprung(const std::string& data, bool& deliver_them) {
  const std::lock_guard lock(mutex_);
  if (trap_.empty() || data.find(trap_) == std::string::npos) return false;
  trap_.clear();
  deliver_them = trap_delivers_;
  return true;
}

void FaultProxy::accept_lines() {
  while (!stopping_) {
    if (!readable(listener_, 20)) continue;
    const int client = accept(listener_, nullptr, nullptr);
    const int server = socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in address = loopback(server_port_);
    if (client < 0 || connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      close(client);
      close(server);
      continue;
    }
    lines_.emplace_back([this, client, server] { carry(client, server); });
  }
}

void FaultProxy::carry(int client, int server) {
  const int cuts_before = cuts_;
  bool open = true;
  while (open && !stopping_ && cuts_ == cuts_before) {
    pollfd waited[2] = {{.fd = client, .events = POLLIN, .revents = 0}, {.fd = server, .events = POLLIN, .revents = 0}};
    if (poll(waited, 2, 10) <= 0) continue;
    std::string data;
    if (waited[0].revents != 0) {
      open = receive(client, data);
      bool deliver_them = true;
      const bool trapped = open && sprung(data, deliver_them);
      if (open && !swallow_ && deliver_them) deliver(server, data);
      if (trapped) {
        if (deliver_them) receive(server, data);  // let the server finish before the line goes
        break;
      }
    }
    if (open && waited[1].revents != 0) {
      open = receive(server, data);
      if (open && !swallow_) deliver(client, data);
    }
  }
  close(client);
  close(server);
}

}  // namespace gatehouse::adapters::storage
