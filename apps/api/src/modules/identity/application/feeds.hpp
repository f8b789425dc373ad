#pragma once
// What other services follow: the endings of sessions, for those who verify tokens by themselves, and the events by
// pull. Only sealed rows are read, so nothing that commits late is passed by (decision 12). Waiting for the next one is
// the edge's matter.
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "modules/identity/application/dependencies.hpp"

namespace gatehouse::application {

/// Endings after a sequence, oldest first, but for those that no living token is concerned with.
Result<std::vector<ports::Invalidation>> read_revocations(const Dependencies& deps, std::int64_t after, int limit);

/// Events after a sequence, oldest first; an empty topic means all.
Result<std::vector<domain::OutboxEvent>> read_events(const Dependencies& deps, std::int64_t after,
                                                     const std::string& topic, int limit);

/// `Revocation` of the OpenAPI document.
boost::json::object revocation_json(const ports::Invalidation& ending);

}  // namespace gatehouse::application
