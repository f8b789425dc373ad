#pragma once
// Edge: what all connections of one listener share, and what is done with a request between its head and its answer:
// admit (who may come in, to which route), run (the handler, its failures included) and finish (the answer's bytes, the
// access log, the metrics). No sockets here; connection.cpp moves the bytes. Thread-safe but for the Exchange, which is
// one connection's.
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "observability/metrics.hpp"
#include "server/http_parser.hpp"
#include "server/ip.hpp"
#include "server/server.hpp"

namespace gatehouse::server {

/// One request on its way; a connection keeps one and uses it again.
struct Exchange {
  Request request;
  RouteMatch match;
  bool head_only = false;
  bool keep_alive = true;
  bool fast = false;  ///< the fast handler answered, or the one for later
};

/// The Date text of the present second, one an io thread.
class DateCache {
 public:
  std::string_view get(const std::function<Timestamp()>& now, std::chrono::steady_clock::time_point at);

 private:
  std::chrono::steady_clock::time_point next_{};
  std::string text_;
};

class Edge {
 public:
  Edge(ServerOptions options, Router router, Lanes& lanes, observability::Metrics& metrics, ServerHooks hooks);

  /// Fills the exchange from a head (its peer_ip is the connection's to set, once); an answer that is due before any
  /// handler runs, if there is one.
  std::optional<Response> admit(Exchange& exchange, const Head& head, const IpAddress& peer, bool tls) const;
  /// The fast handler's answer, if the route has one and it gives one.
  std::optional<Response> run_fast(Exchange& exchange) const;
  /// Whether the answer comes later, by a call of `answer`: if the route can do that, and does.
  bool run_later(Exchange& exchange, LaterAnswer answer) const;
  /// The handler's answer; what it throws becomes `internal_error`. On a lane's thread.
  Response run(const Exchange& exchange) const;
  /// Which share of the lane the request counts for.
  std::string share_key(const Exchange& exchange) const;
  /// Appends the answer to `out`, logs and counts it.
  void finish(Exchange& exchange, Response response, std::string_view date, std::string& out);
  /// The answer to bytes that never became a request.
  void finish_refused(const Refusal& refusal, const IpAddress& peer, std::string_view date, std::string& out);

  const ServerOptions& options() const { return options_; }
  const ServerHooks& hooks() const { return hooks_; }
  Lanes& lanes() const { return lanes_; }

  std::atomic<bool> draining{false};
  std::atomic<std::uint64_t> wakes{0};

  void connection_opened();
  void connection_closed();
  std::size_t connections() const { return open_.load(std::memory_order_relaxed); }
  /// Whether no connection was left by then.
  bool wait_until_empty(std::chrono::milliseconds deadline);

 private:
  struct RouteMetrics {
    std::vector<observability::Counter> by_class;  ///< 2xx to 5xx
    observability::Histogram seconds;
  };

  std::optional<Response> identify_client(Request& request, const IpAddress& peer) const;
  std::optional<Response> choose_route(Exchange& exchange, const Head& head) const;
  std::optional<Response> check_body(const Exchange& exchange, const Head& head) const;
  Response options_answer(const Exchange& exchange) const;
  void append_cors(const Exchange& exchange, std::string& lines) const;
  void record(const Exchange& exchange, int status, std::string_view code);
  RouteMetrics metrics_for(observability::Metrics& metrics, const std::string& method, const std::string& route) const;

  ServerOptions options_;
  Router router_;
  Lanes& lanes_;
  ServerHooks hooks_;
  std::vector<RouteMetrics> route_metrics_;  ///< by row; the last is for requests without a route
  observability::Gauge open_gauge_;
  std::atomic<std::size_t> open_{0};
  std::mutex empty_mutex_;
  std::condition_variable empty_;
};

}  // namespace gatehouse::server
