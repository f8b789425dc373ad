#pragma once
// Route: one row of the table of what the service answers. The http room writes the table; the router reads it.
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "server/request.hpp"
#include "server/response.hpp"

namespace gatehouse::server {

/// Where a handler runs: `edge` on the io thread (must not block at all), the others on that lane's threads.
enum class Lane { edge, store, hash, upstream, provider };

/// Which pages may read the answer: the configured front ends with credentials, anybody without, or none.
enum class Cors { clients, any, none };

/// `development` rows answer 404 unless the server runs --dev and the call is plainly local (decision 15).
enum class Reach { everywhere, development };

/// `root` rows are matched without the base path of public_url, as probes call them.
enum class Mount { base, root };

using Handler = std::function<Response(const Request&)>;
/// Runs on the io thread first and must not block; nullopt sends the request to its lane.
using FastHandler = std::function<std::optional<Response>(const Request&)>;

/// Called once, from any thread; nullopt sends the request to its lane.
using LaterAnswer = std::function<void(std::optional<Response>)>;
/// Begins, on the io thread and without blocking, what another thread answers; false where it can't, and then the
/// request goes to its lane. The request lives until the answer.
using LaterHandler = std::function<bool(const Request&, LaterAnswer)>;

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kForm = "application/x-www-form-urlencoded";
inline constexpr std::string_view kJsonOrForm = "application/json, application/x-www-form-urlencoded";
inline constexpr std::string_view kNoStore = "no-store";

struct Route {
  std::string method;   ///< "GET" also answers HEAD
  std::string pattern;  ///< "/v1/me/sessions/{id}"
  Lane lane = Lane::store;
  Handler handler;
  FastHandler fast{};                         ///< asked first
  LaterHandler later{};                       ///< asked where `fast` gave nothing
  std::string_view media_types = kJson;       ///< of a body that is sent; others are 415
  std::string_view cache_control = kNoStore;  ///< of 2xx answers that set none themselves; problems are always no-store
  Cors cors = Cors::clients;
  Reach reach = Reach::everywhere;
  Mount mount = Mount::base;
};

}  // namespace gatehouse::server
