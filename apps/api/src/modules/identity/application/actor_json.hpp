#pragma once
// The wire forms that more than one place writes: the Actor (GET /v1/session, sign-in, step-up) and its text members.
#include <boost/json/object.hpp>

#include "domain/identity/actor.hpp"
#include "domain/identity/session.hpp"

namespace gatehouse::application {

/// `Actor` of packages/contracts/api/openapi.yaml.
boost::json::object actor_json(const domain::Actor& actor);
/// `Session` of a list: `current` tells the caller's own.
boost::json::object session_json(const domain::Session& session, bool current);
boost::json::array text_array(const std::vector<std::string>& texts);
/// The text, or null.
boost::json::value text_or_null(const std::optional<std::string>& text);
/// RFC 3339, or null.
boost::json::value time_or_null(const std::optional<Timestamp>& time);

}  // namespace gatehouse::application
