#include "server/router.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>
#include <unordered_map>

#include "server/text.hpp"

namespace gatehouse::server {

namespace {

struct TextHash : std::hash<std::string_view> {
  using is_transparent = void;
};

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    segments.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

bool is_parameter(std::string_view segment) { return segment.starts_with('{'); }

// One pattern and the rows of its methods.
struct Node {
  std::string pattern;
  std::vector<std::string_view> segments;
  std::vector<std::size_t> rows;
};

void check_pattern(const Route& route) {
  const std::string& pattern = route.pattern;
  const auto wrong = [&](std::string_view why) {
    throw std::logic_error("route " + route.method + " " + pattern + ": " + std::string(why));
  };
  if (!route.handler && !route.fast) wrong("has no handler");
  if (route.lane == Lane::edge && !route.fast) wrong("runs on the edge, so it needs a fast handler");
  if (route.lane != Lane::edge && !route.handler) wrong("runs on a lane, so it needs a handler");
  if (route.method == "HEAD" || route.method == "OPTIONS") wrong("the edge answers this method itself");
  if (!pattern.starts_with('/') || (pattern.size() > 1 && pattern.ends_with('/'))) wrong("the pattern is malformed");
  for (const auto segment : split(pattern)) {
    const bool open = segment.find('{') != segment.npos, close = segment.find('}') != segment.npos;
    const bool whole = segment.starts_with('{') && segment.ends_with('}') && segment.size() > 2;
    if ((segment.empty() && pattern.size() > 1) || ((open || close) && !whole)) wrong("the pattern is malformed");
  }
}

// A malformed escape anywhere in the path is the caller's error, whatever the path would have meant.
bool has_malformed_escape(std::string_view path) {
  for (auto at = path.find('%'); at != path.npos; at = path.find('%', at + 1))
    if (at + 2 >= path.size() || hex_digit(path[at + 1]) < 0 || hex_digit(path[at + 2]) < 0) return true;
  return false;
}

}  // namespace

std::optional<std::string> decode_segment(std::string_view segment) {
  if (segment.find('%') == segment.npos) {
    if (!is_utf8(segment)) return std::nullopt;
    return std::string(segment);
  }
  auto decoded = percent_decode(segment, false);
  if (!decoded || !is_utf8(*decoded)) return std::nullopt;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (segment[i] != '%') continue;
    const char c = static_cast<char>(hex_digit(segment[i + 1]) * 16 + hex_digit(segment[i + 2]));
    if (is_unreserved(c) || c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      return std::nullopt;
  }
  return decoded;
}

struct Router::Impl {
  std::vector<Route> routes;
  std::string base_path;
  std::vector<Node> nodes;
  // Literal patterns by whole path; those with parameters by how many segments they have, most literal first.
  std::unordered_map<std::string, std::size_t, TextHash, std::equal_to<>> literal[2];
  std::vector<std::vector<std::size_t>> by_length[2];

  void add(std::size_t row);
  void order();
  bool matches(const Node& node, std::span<const std::string_view> segments, RouteMatch& out) const;
  void choose(const Node& node, std::string_view method, RouteMatch& out) const;
  void find(Mount mount, std::string_view method, std::string_view path, RouteMatch& out) const;
  std::string allow(const Node& node) const;
};

void Router::Impl::add(std::size_t row) {
  const Route& route = routes[row];
  check_pattern(route);
  const auto mount = static_cast<std::size_t>(route.mount);
  auto node = std::find_if(nodes.begin(), nodes.end(), [&](const Node& each) {
    return each.pattern == route.pattern && routes[each.rows.front()].mount == route.mount;
  });
  if (node != nodes.end()) {
    for (const auto other : node->rows)
      if (routes[other].method == route.method)
        throw std::logic_error("route " + route.method + " " + route.pattern + " stands in the table twice");
    node->rows.push_back(row);
    return;
  }
  nodes.push_back({route.pattern, split(route.pattern), {row}});
  const auto& segments = nodes.back().segments;
  if (std::none_of(segments.begin(), segments.end(), is_parameter)) {
    literal[mount].emplace(route.pattern, nodes.size() - 1);
    return;
  }
  if (by_length[mount].size() <= segments.size()) by_length[mount].resize(segments.size() + 1);
  by_length[mount][segments.size()].push_back(nodes.size() - 1);
}

void Router::Impl::order() {
  // nodes has grown to its end only now, and its patterns moved with it.
  for (auto& node : nodes) node.segments = split(node.pattern);
  const auto shape = [&](std::size_t index) {
    std::string out;
    for (const auto segment : nodes[index].segments) out += is_parameter(segment) ? '1' : '0';
    return out;
  };
  for (auto& mount : by_length)
    for (auto& bucket : mount)
      std::stable_sort(bucket.begin(), bucket.end(), [&](auto a, auto b) { return shape(a) < shape(b); });
}

bool Router::Impl::matches(const Node& node, std::span<const std::string_view> segments, RouteMatch& out) const {
  for (std::size_t i = 0; i < segments.size(); ++i)
    if (!is_parameter(node.segments[i]) && node.segments[i] != segments[i]) return false;
  std::vector<std::pair<std::string, std::string>> params;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (!is_parameter(node.segments[i])) continue;
    auto value = decode_segment(segments[i]);
    if (!value || value->empty() || *value == "." || *value == "..") return false;
    const auto name = node.segments[i].substr(1, node.segments[i].size() - 2);
    params.emplace_back(std::string(name), std::move(*value));
  }
  out.params = std::move(params);
  return true;
}

std::string Router::Impl::allow(const Node& node) const {
  std::string out;
  for (const auto row : node.rows) {
    out += routes[row].method + ", ";
    if (routes[row].method == "GET") out += "HEAD, ";
  }
  return out + "OPTIONS";
}

void Router::Impl::choose(const Node& node, std::string_view method, RouteMatch& out) const {
  out.pattern = node.pattern;
  out.cors = routes[node.rows.front()].cors;
  out.reach = routes[node.rows.front()].reach;
  const auto wanted = method == "HEAD" ? std::string_view("GET") : method;
  for (const auto row : node.rows) {
    if (routes[row].method != wanted) continue;
    out.outcome = RouteMatch::Outcome::found;
    out.route = &routes[row];
    out.cors = routes[row].cors;
    return;
  }
  out.outcome = RouteMatch::Outcome::method_not_allowed;
  out.allow = allow(node);
}

void Router::Impl::find(Mount mount, std::string_view method, std::string_view path, RouteMatch& out) const {
  const auto which = static_cast<std::size_t>(mount);
  out.path = path;
  if (const auto found = literal[which].find(path); found != literal[which].end())
    return choose(nodes[found->second], method, out);
  constexpr std::size_t kMostSegments = 16;
  std::array<std::string_view, kMostSegments> segments;
  std::size_t count = 0;
  for (auto rest = path; !rest.empty();) {
    rest.remove_prefix(1);
    const auto end = std::min(rest.find('/'), rest.size());
    if (count == kMostSegments) return;
    segments[count++] = rest.substr(0, end);
    rest.remove_prefix(end);
  }
  if (count >= by_length[which].size()) return;
  for (const auto index : by_length[which][count])
    if (matches(nodes[index], std::span(segments).first(count), out)) return choose(nodes[index], method, out);
}

Router::Router(std::vector<Route> routes, std::string base_path) : impl_(std::make_unique<Impl>()) {
  if (!base_path.empty() && (!base_path.starts_with('/') || base_path.ends_with('/')))
    throw std::logic_error("the base path starts with a slash and ends without one");
  impl_->routes = std::move(routes);
  impl_->base_path = std::move(base_path);
  for (std::size_t row = 0; row < impl_->routes.size(); ++row) impl_->add(row);
  impl_->order();
}

Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;
Router::~Router() = default;

const std::vector<Route>& Router::routes() const { return impl_->routes; }

RouteMatch Router::match(std::string_view method, std::string_view path) const {
  RouteMatch out;
  out.path = path;
  if (!path.starts_with('/')) return out;
  if (has_malformed_escape(path)) {
    out.outcome = RouteMatch::Outcome::bad_path;
    return out;
  }
  impl_->find(Mount::root, method, path, out);
  if (out.outcome != RouteMatch::Outcome::not_found) return out;
  const std::string_view base = impl_->base_path;
  if (!path.starts_with(base) || (path.size() > base.size() && path[base.size()] != '/')) return out;
  impl_->find(Mount::base, method, path.size() == base.size() ? std::string_view("/") : path.substr(base.size()), out);
  return out;
}

}  // namespace gatehouse::server
