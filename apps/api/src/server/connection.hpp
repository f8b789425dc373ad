#pragma once
// A connection: one client's socket, plain or TLS, and the coroutine that reads requests from it and writes their
// answers in order. Internal to the edge. It lives on one io thread; only a running handler of its is elsewhere.
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "server/edge.hpp"
#include "server/io_threads.hpp"

namespace gatehouse::server {

using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

/// Starts a connection on the thread that the socket belongs to; it keeps itself alive until it is over. `tls` is
/// null for plain HTTP. `owner` names the Server, for drains. Called on that thread.
void start_connection(std::shared_ptr<Edge> edge, IoThread& thread, DateCache& date, Socket socket,
                      boost::asio::ssl::context* tls, const void* owner);

}  // namespace gatehouse::server
