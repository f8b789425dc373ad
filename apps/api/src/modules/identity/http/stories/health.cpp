#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "modules/identity/http/stories/service_stories.hpp"

namespace gatehouse::http {
namespace {

namespace json = boost::json;

struct Readiness {
  int status = 200;
  std::string_view word = "ready";
  std::vector<DependencyHealth> dependencies;
};

/// 503 only for the store, the schema or draining (decision 17): anything else is degraded, and still serves.
Readiness readiness(const Api& api) {
  Readiness ready;
  if (api.health) ready.dependencies = api.health();
  const auto& all = ready.dependencies;
  const bool failing = std::any_of(all.begin(), all.end(), [](const auto& each) { return each.vital && !each.ok; });
  if (api.draining()) return {503, "draining", std::move(ready.dependencies)};
  if (failing) return {503, "not_ready", std::move(ready.dependencies)};
  if (std::any_of(all.begin(), all.end(), [](const auto& each) { return !each.ok; })) ready.word = "degraded";
  return ready;
}

}  // namespace

Result<server::Response> healthz(const Api&, const server::Request&) {
  static const auto kAlive = std::make_shared<const std::string>(R"({"status":"ok"})");
  return server::Response::shared_json(200, kAlive);
}

Result<server::Response> readyz(const Api& api, const server::Request&) {
  const auto ready = readiness(api);
  return server::Response::json(ready.status, json::object{{"status", ready.word}});
}

Result<server::Response> readyz_in_detail(const Api& api, const server::Request&) {
  const auto ready = readiness(api);
  json::array dependencies;
  for (const auto& each : ready.dependencies)
    dependencies.push_back(json::object{{"name", each.name},
                                        {"status", each.ok      ? "ok"
                                                   : each.vital ? "down"
                                                                : "degraded"},
                                        {"vital", each.vital},
                                        {"detail", each.detail}});
  return server::Response::json(ready.status,
                                json::object{{"status", ready.word}, {"dependencies", std::move(dependencies)}});
}

Result<server::Response> metrics(const Api& api, const server::Request&) {
  return server::Response::text(200, "text/plain; version=0.0.4", api.metrics ? api.metrics() : std::string());
}

}  // namespace gatehouse::http
