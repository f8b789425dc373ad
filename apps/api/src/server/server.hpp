#pragma once
// Server: one listener and its connections. The edge is asynchronous: one io context and thread a core (IoThreads), a
// coroutine a connection, one acceptor, one timer a thread that sweeps over its connections for idle, read and write
// deadlines. It parses, limits, routes and frames, and runs every handler on the lane that its route names.
// start, drain, stop and the rest are called from one owner's thread; wake_pollers and draining from any.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.hpp"
#include "foundation/time.hpp"
#include "observability/metrics.hpp"
#include "server/ip.hpp"
#include "server/lanes.hpp"
#include "server/router.hpp"

namespace gatehouse::server {

struct Limits {
  std::size_t head_bytes = 16 * 1024;       ///< request line and fields: 431
  std::size_t header_count = 100;           ///< 431
  std::size_t target_bytes = 8 * 1024;      ///< 414
  std::size_t body_bytes = 64 * 1024;       ///< 413
  std::size_t connections = 8192;           ///< more are answered 503 and closed
  std::chrono::milliseconds idle{60'000};   ///< between requests, and before the first byte
  std::chrono::milliseconds read{10'000};   ///< from the first byte of a head to its end, and again for the body: 408
  std::chrono::milliseconds write{10'000};  ///< for a client to take an answer, plus a second for each 64 KiB of it
};

/// Which requests get an access-log line. Those that a FastHandler answers well are many and alike: they are counted
/// in the metrics always, and logged only under `all`.
enum class AccessLog { none, without_fast, all };

struct ServerOptions {
  std::string host = "localhost";  ///< an address, or "localhost": 127.0.0.1 and, where there is one, [::1]
  std::uint16_t port = 8080;       ///< 0: any free one
  std::vector<Cidr> trusted_proxies;
  std::string tls_cert;  ///< PEM chain; empty: plain HTTP
  std::string tls_key;
  Limits limits{};
  std::string problem_type_base = "/v1/errors/";  ///< "{public_url}/v1/errors/"
  std::string public_origin;                      ///< scheme, host and port of public_url: never foreign
  bool hsts = false;                              ///< public_url is https
  bool dev = false;                               ///< loopback peers and Hosts only (decision 15)
  AccessLog access_log = AccessLog::without_fast;
};

struct ServerHooks {
  std::function<Timestamp()> now{};  ///< for Date; without it none is sent (RFC 9110, 6.6.1)
  std::function<bool(std::string_view origin)> allows_origin{};  ///< some client's origin; for CORS
  std::function<std::string(const Request&)> fair_share_key{};   ///< default: the client's network
};

/// The io threads, shared by the listeners of a process (main and ops). Outlives its Servers.
class IoThreads {
 public:
  explicit IoThreads(std::size_t count);
  ~IoThreads();
  IoThreads(const IoThreads&) = delete;
  IoThreads& operator=(const IoThreads&) = delete;
  std::size_t size() const;

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

class Server {
 public:
  Server(ServerOptions options, Router router, IoThreads& io, Lanes& lanes, observability::Metrics& metrics,
         ServerHooks hooks = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds and listens; the bound port. Returns `internal_error` whose detail is one line with cause and mend: a taken
  /// port, no right to a low port, no such address, an unreadable certificate or key.
  Result<std::uint16_t> start();
  /// "http://localhost:8080": what to call, once started.
  std::string url() const;

  /// Readiness turns false; nothing else changes yet.
  void announce_drain();
  /// announce_drain, then: accepts no more, closes idle connections, gives long polls their last call, and waits for
  /// what is in flight. Returns whether all of it finished by the deadline.
  bool drain(std::chrono::milliseconds deadline);
  /// Closes everything at once. Called by the destructor too.
  void stop();

  bool draining() const;
  std::size_t connections() const;
  /// Long polls run their handlers again now.
  void wake_pollers();

  struct Impl;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace gatehouse::server
