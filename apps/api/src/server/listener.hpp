#pragma once
// The listening sockets of one Server: binding with errors that say the mend, one acceptor an address, accepted sockets
// handed to the io threads in turn. Internal to the edge.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "foundation/result.hpp"
#include "server/connection.hpp"
#include "server/io_threads.hpp"

namespace gatehouse::server {

class Listener {
 public:
  /// Called with each accepted socket, on the io thread that it belongs to.
  using OnSocket = std::function<void(std::size_t thread, Socket socket)>;

  Listener(IoThreads::Impl& io, OnSocket on_socket);
  ~Listener();

  /// Binds and listens on the host's addresses; the port. Returns `internal_error` with cause and mend in its detail.
  Result<std::uint16_t> bind(const std::string& host, std::uint16_t port);
  /// Starts to accept.
  void accept();
  /// No socket is accepted once this has returned.
  void close();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace gatehouse::server
