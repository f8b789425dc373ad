#include "server/edge.hpp"

#include <algorithm>
#include <exception>

#include "failpoint/failpoint.hpp"
#include "foundation/strong_id.hpp"
#include "observability/log.hpp"
#include "server/dev_guard.hpp"
#include "server/problem_json.hpp"
#include "server/response_writer.hpp"
#include "server/same_origin.hpp"
#include "server/text.hpp"

namespace gatehouse::server {

namespace {

constexpr std::string_view kMethods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"};

// Whether a request came through something that forwards, trusted or not.
bool is_proxy_field(std::string_view name) {
  if (name.size() < 3) return false;
  const char first = static_cast<char>(name[0] | 0x20);
  if (first == 'v') return iequals(name, "Via");
  if (first == 'f') return iequals(name, "Forwarded");
  if (first != 'x' || name[1] != '-') return false;
  return iequals(name.substr(0, 12), "X-Forwarded-") || iequals(name, "X-Real-IP");
}

// Copies the head into the request, keeping the memory that an earlier one left.
void assign_fields(Request& request, const Head& head) {
  request.method.assign(head.method);
  request.path.assign(head.path);
  request.query.assign(head.query);
  request.headers.resize(head.fields.size());
  request.through_proxy = false;
  for (std::size_t i = 0; i < head.fields.size(); ++i) {
    request.headers[i].first.assign(head.fields[i].first);
    request.headers[i].second.assign(head.fields[i].second);
    request.through_proxy = request.through_proxy || is_proxy_field(head.fields[i].first);
  }
  request.body.clear();
  request.path_params.clear();
  request.route_pattern = {};
  request.last_call = false;
}

Response internal(std::string cause) { return Response::problem(Error{.detail = {}, .cause = std::move(cause)}); }

bool accepts_media_type(std::string_view accepted, std::string_view content_type) {
  const auto type = trim(content_type.substr(0, content_type.find(';')));
  while (!accepted.empty()) {
    const auto end = std::min(accepted.find(','), accepted.size());
    if (iequals(trim(accepted.substr(0, end)), type)) return true;
    accepted.remove_prefix(std::min(end + 1, accepted.size()));
  }
  return false;
}

}  // namespace

std::string_view DateCache::get(const std::function<Timestamp()>& now, std::chrono::steady_clock::time_point at) {
  if (!now) return {};
  if (at >= next_) {
    const Timestamp wall = now();
    const auto second = std::chrono::floor<std::chrono::seconds>(wall);
    text_ = http_date(second.time_since_epoch().count());
    next_ = at + std::chrono::ceil<std::chrono::milliseconds>(second + std::chrono::seconds(1) - wall);
  }
  return text_;
}

Edge::Edge(ServerOptions options, Router router, Lanes& lanes, observability::Metrics& metrics, ServerHooks hooks)
    : options_(std::move(options)),
      router_(std::move(router)),
      lanes_(lanes),
      hooks_(std::move(hooks)),
      open_gauge_(metrics.gauge("gatehouse_http_connections", "Open connections")) {
  for (const auto& route : router_.routes())
    route_metrics_.push_back(metrics_for(metrics, route.method, route.pattern));
  route_metrics_.push_back(metrics_for(metrics, "other", "none"));
}

Edge::RouteMetrics Edge::metrics_for(observability::Metrics& metrics, const std::string& method,
                                     const std::string& route) const {
  RouteMetrics out{
      {},
      metrics.histogram("gatehouse_http_request_seconds", "Time from a request's head to its answer",
                        observability::Metrics::latency_buckets(), {{"method", method}, {"route", route}})};
  for (const auto* status : {"2xx", "3xx", "4xx", "5xx"})
    out.by_class.push_back(metrics.counter("gatehouse_http_requests_total", "Answered requests",
                                           {{"method", method}, {"route", route}, {"status", status}}));
  return out;
}

std::optional<Response> Edge::identify_client(Request& request, const IpAddress& peer) const {
  const auto trusts = [&](const Cidr& network) { return network.contains(peer); };
  const bool trusted = std::any_of(options_.trusted_proxies.begin(), options_.trusted_proxies.end(), trusts);
  if (!trusted) {
    request.client_ip = request.peer_ip;
    request.request_id = observability::new_request_id();
    return std::nullopt;
  }
  std::vector<std::string_view> x_forwarded_for, forwarded;
  for (const auto& [name, value] : request.headers) {
    if (iequals(name, "X-Forwarded-For")) x_forwarded_for.push_back(value);
    if (iequals(name, "Forwarded")) forwarded.push_back(value);
  }
  const auto id = request.header("X-Request-Id");
  const bool keeps_id = id && is_id_text(*id) && request.header_count("X-Request-Id") == 1;
  request.request_id = keeps_id ? std::string(*id) : observability::new_request_id();
  if (const auto scheme = request.header("X-Forwarded-Proto")) request.tls = request.tls || *scheme == "https";
  const auto client = client_address(peer, options_.trusted_proxies, x_forwarded_for, forwarded);
  if (!client) {
    request.client_ip = request.peer_ip;
    return Response::problem(ErrorCode::invalid_request, "A trusted proxy sent a client address that can't be read.");
  }
  request.client_ip = client->str();
  return std::nullopt;
}

Response Edge::options_answer(const Exchange& exchange) const {
  Response response = Response::no_content();
  response.headers.emplace_back("Allow", exchange.match.allow);
  const auto origin = exchange.request.header("Origin");
  if (!origin || !exchange.request.header("Access-Control-Request-Method")) return response;
  const bool allowed = exchange.match.cors == Cors::any ||
                       (exchange.match.cors == Cors::clients && hooks_.allows_origin && hooks_.allows_origin(*origin));
  if (allowed)
    for (auto& field : preflight_headers(exchange.match.allow)) response.headers.push_back(std::move(field));
  return response;
}

std::optional<Response> Edge::choose_route(Exchange& exchange, const Head& head) const {
  Request& request = exchange.request;
  if (std::find(std::begin(kMethods), std::end(kMethods), head.method) == std::end(kMethods))
    return Response::problem(ErrorCode::not_implemented);
  if (request.path == "*")
    return Response::no_content().header("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  exchange.match = router_.match(head.method, request.path);
  RouteMatch& match = exchange.match;
  const auto not_found = [] { return Response::problem(ErrorCode::not_found); };
  if (match.outcome == RouteMatch::Outcome::bad_path)
    return Response::problem(ErrorCode::invalid_request, "The path has a malformed percent-encoding.");
  if (match.outcome == RouteMatch::Outcome::not_found) return not_found();
  if (match.reach == Reach::development &&
      (!options_.dev || !is_plainly_local(request, options_.public_origin, hooks_.allows_origin)))
    return not_found();
  request.route_pattern = match.pattern;
  if (head.method == "OPTIONS") return options_answer(exchange);
  if (match.outcome == RouteMatch::Outcome::method_not_allowed)
    return Response::problem(ErrorCode::method_not_allowed, "Allowed here: " + match.allow + ".")
        .header("Allow", match.allow);
  // The match's path looks into request.path, so it is shortened only now that it is no more needed.
  if (match.path.size() < request.path.size()) request.path = std::string(match.path);
  match.path = request.path;
  request.path_params = std::move(match.params);
  return std::nullopt;
}

std::optional<Response> Edge::check_body(const Exchange& exchange, const Head& head) const {
  const Request& request = exchange.request;
  const bool has_body = head.framing == Head::Framing::chunked || head.content_length > 0;
  if (has_body && (head.method == "GET" || head.method == "HEAD"))
    return Response::problem(ErrorCode::invalid_request, "This method takes no body.");
  if (request.header_count("Content-Type") > 1)
    return Response::problem(ErrorCode::unsupported_media_type, "Content-Type came twice.");
  const auto type = request.header("Content-Type");
  const auto encoding = request.header("Content-Encoding");
  if (has_body && encoding && !iequals(*encoding, "identity"))
    return Response::problem(ErrorCode::unsupported_media_type, "Bodies are taken without a content coding.");
  const Route& route = *exchange.match.route;
  const bool must_be_named = has_body || (route.reach == Reach::development && head.method == "POST");
  if ((must_be_named || (type && !type->empty() && head.method != "GET" && head.method != "HEAD")) &&
      !accepts_media_type(route.media_types, type.value_or("")))
    return Response::problem(ErrorCode::unsupported_media_type,
                             "Send the body as " + std::string(route.media_types) + ".");
  return std::nullopt;
}

std::optional<Response> Edge::admit(Exchange& exchange, const Head& head, const IpAddress& peer, bool tls) const {
  Request& request = exchange.request;
  request.received_at = std::chrono::steady_clock::now();
  assign_fields(request, head);
  request.tls = tls;
  exchange.match = {};
  exchange.head_only = head.method == "HEAD";
  exchange.keep_alive = head.keep_alive && !draining.load(std::memory_order_relaxed);
  exchange.fast = false;
  request.traceparent = observability::next_traceparent(request.header("traceparent").value_or(""));
  if (auto refused = identify_client(request, peer)) return refused;
  if (options_.dev)
    if (auto local = check_loopback(request, head.host); !local) return Response::problem(std::move(local).error());
  if (auto early = choose_route(exchange, head)) return early;
  return check_body(exchange, head);
}

std::optional<Response> Edge::run_fast(Exchange& exchange) const {
  const Route& route = *exchange.match.route;
  if (!route.fast) return std::nullopt;
  const observability::TraceScope scope(exchange.request.request_id, exchange.request.traceparent);
  try {
    auto response = route.fast(exchange.request);
    exchange.fast = response.has_value();
    if (!response && route.lane == Lane::edge) return internal("an edge route gave no answer");
    return response;
  } catch (const std::exception& error) {
    return internal(error.what());
  } catch (...) {
    return internal("an unknown exception");
  }
}

bool Edge::run_later(Exchange& exchange, LaterAnswer answer) const {
  const Route& route = *exchange.match.route;
  if (!route.later) return false;
  const observability::TraceScope scope(exchange.request.request_id, exchange.request.traceparent);
  try {
    return route.later(exchange.request, std::move(answer));
  } catch (...) {
    return false;  // nothing was begun: the lane will meet the same, and say so
  }
}

Response Edge::run(const Exchange& exchange) const {
  const observability::TraceScope scope(exchange.request.request_id, exchange.request.traceparent);
  try {
    Response response = exchange.match.route->handler(exchange.request);
    GH_FAILPOINT(before_reply);
    return response;
  } catch (const std::exception& error) {
    return internal(error.what());
  } catch (...) {
    return internal("an unknown exception");
  }
}

std::string Edge::share_key(const Exchange& exchange) const {
  if (exchange.match.route->lane != Lane::hash) return {};
  return hooks_.fair_share_key ? hooks_.fair_share_key(exchange.request) : network_of(exchange.request.client_ip);
}

void Edge::append_cors(const Exchange& exchange, std::string& lines) const {
  if (exchange.match.cors == Cors::none) return;
  const auto append = [&lines](const HeaderList& fields) {
    for (const auto& [name, value] : fields) lines += name + ": " + value + "\r\n";
  };
  if (exchange.match.cors == Cors::any) return append(cors_any_headers());
  const auto origin = exchange.request.header("Origin");
  if (!origin) {
    if (exchange.match.route && exchange.match.route->cache_control != kNoStore) lines += "Vary: Origin\r\n";
    return;
  }
  lines += "Vary: Origin\r\n";
  if (hooks_.allows_origin && hooks_.allows_origin(*origin) && exchange.request.header_count("Origin") == 1)
    append(cors_headers(*origin));
}

void Edge::finish(Exchange& exchange, Response response, std::string_view date, std::string& out) {
  const Request& request = exchange.request;
  const auto error = std::move(response.error);
  if (error) {
    Response rendered = render_problem(
        *error, {options_.problem_type_base, request.request_id, request.header("Authorization").has_value()});
    rendered.set_cookies = std::move(response.set_cookies);
    for (auto& field : response.headers) rendered.headers.push_back(std::move(field));
    response = std::move(rendered);
  }
  std::string cors_lines;
  append_cors(exchange, cors_lines);
  const bool good = !error && response.status < 300 && exchange.match.route;
  const WriteContext context{.request_id = request.request_id,
                             .date = date,
                             .cache_control = good ? exchange.match.route->cache_control : kNoStore,
                             .more_headers = cors_lines,
                             .hsts = options_.hsts,
                             .head_only = exchange.head_only,
                             .keep_alive = exchange.keep_alive};
  const observability::TraceScope scope(request.request_id, request.traceparent);
  if (!append_response(out, response, context)) {
    observability::log(observability::Level::error, "unsafe_response_header", {{"route", request.route_pattern}});
    Error broken;
    response = render_problem(broken, {options_.problem_type_base, request.request_id, false});
    append_response(out, response, context);
  }
  if (error && (!error->cause.empty() || response.status >= 500))
    observability::log(
        response.status >= 500 ? observability::Level::error : observability::Level::info, "request_failed",
        {{"route", request.route_pattern}, {"code", error_info(error->code).code}, {"cause", error->cause}});
  record(exchange, response.status, error ? error_info(error->code).code : std::string_view());
}

void Edge::record(const Exchange& exchange, int status, std::string_view code) {
  const Request& request = exchange.request;
  const auto taken = std::chrono::steady_clock::now() - request.received_at;
  const auto* route = exchange.match.route;
  const auto row = route ? static_cast<std::size_t>(route - router_.routes().data()) : route_metrics_.size() - 1;
  auto& metrics = route_metrics_[row];
  metrics.by_class[static_cast<std::size_t>(std::clamp(status / 100, 2, 5) - 2)].add();
  metrics.seconds.observe(std::chrono::duration<double>(taken).count());
  const bool quiet = options_.access_log == AccessLog::none ||
                     (options_.access_log == AccessLog::without_fast && exchange.fast && status < 400);
  if (quiet) return;
  observability::log_access({.method = request.method,
                             .route = request.route_pattern,
                             .status = status,
                             .micros = std::chrono::duration_cast<std::chrono::microseconds>(taken).count(),
                             .client_network = network_of(request.client_ip),
                             .code = code,
                             .request_id = request.request_id,
                             .traceparent = request.traceparent});
}

void Edge::finish_refused(const Refusal& refusal, const IpAddress& peer, std::string_view date, std::string& out) {
  Exchange exchange;
  exchange.keep_alive = false;
  exchange.request.received_at = std::chrono::steady_clock::now();
  exchange.request.request_id = observability::new_request_id();
  exchange.request.traceparent = observability::next_traceparent();
  exchange.request.peer_ip = exchange.request.client_ip = peer.str();
  finish(exchange, Response::problem(refusal.code, refusal.detail), date, out);
}

void Edge::connection_opened() {
  open_.fetch_add(1);
  open_gauge_.add(1);
}

void Edge::connection_closed() {
  open_gauge_.add(-1);
  const std::lock_guard lock(empty_mutex_);
  if (open_.fetch_sub(1) == 1) empty_.notify_all();
}

bool Edge::wait_until_empty(std::chrono::milliseconds deadline) {
  std::unique_lock lock(empty_mutex_);
  return empty_.wait_for(lock, deadline, [this] { return open_.load() == 0; });
}

}  // namespace gatehouse::server
