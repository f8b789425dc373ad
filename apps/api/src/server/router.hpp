#pragma once
// Router: from method and path to a route. One spelling of a path is one route: no case folding, no empty segments, no
// trailing slash, no dot segments, and no percent-encoding of what needs none, so that no path has an alias that a
// proxy's rule or a limit misses. Immutable once built, so it is read by all io threads without locks.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/route.hpp"

namespace gatehouse::server {

struct RouteMatch {
  enum class Outcome : std::uint8_t { found, not_found, method_not_allowed, bad_path };
  Outcome outcome = Outcome::not_found;
  const Route* route = nullptr;  ///< when found
  std::string_view pattern;      ///< also when only the method is wrong
  std::string_view path;         ///< without the base path, into the text given to match()
  std::vector<std::pair<std::string, std::string>> params;
  std::string allow;  ///< when the method is wrong, and for OPTIONS
  Cors cors = Cors::none;
  Reach reach = Reach::everywhere;
};

class Router {
 public:
  /// `base_path` is public_url's path without a trailing slash ("" or "/identity"). Throws std::logic_error for a table
  /// that is wrong in itself (two equal rows, a malformed pattern): a bug, found by the first test that starts.
  explicit Router(std::vector<Route> routes, std::string base_path = {});
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;
  ~Router();

  /// HEAD finds GET's route. OPTIONS on a known path gives method_not_allowed with `allow` and `cors` filled in: the
  /// edge answers it. `bad_path`: malformed percent-encoding (400).
  RouteMatch match(std::string_view method, std::string_view path) const;
  const std::vector<Route>& routes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Decodes one path segment: nullopt for malformed encoding, for encoded unreserved characters, slashes and controls,
/// and for what is not UTF-8.
std::optional<std::string> decode_segment(std::string_view segment);

}  // namespace gatehouse::server
