#include "modules/identity/application/actor_json.hpp"

#include <boost/json/array.hpp>

namespace gatehouse::application {

namespace json = boost::json;

json::array text_array(const std::vector<std::string>& texts) { return json::array(texts.begin(), texts.end()); }

json::value text_or_null(const std::optional<std::string>& text) {
  return text ? json::value(*text) : json::value(nullptr);
}

json::value time_or_null(const std::optional<Timestamp>& time) {
  return time ? json::value(to_rfc3339(*time)) : json::value(nullptr);
}

json::object actor_json(const domain::Actor& actor) {
  return {{"user_id", actor.user_id.str()},
          {"email", actor.email},
          {"email_verified", actor.email_verified},
          {"name", text_or_null(actor.name)},
          {"picture", text_or_null(actor.picture)},
          {"locale", text_or_null(actor.locale)},
          {"status", domain::to_text(actor.status)},
          {"roles", text_array(actor.roles)},
          {"permissions", text_array(actor.permissions)},
          {"session_id", actor.session_id.str()},
          {"client_id", actor.client_id},
          {"acr", domain::to_text(actor.acr)},
          {"amr", text_array(actor.amr)},
          {"authenticated_at", to_rfc3339(actor.authenticated_at)},
          {"expires_at", to_rfc3339(actor.expires_at)},
          {"idle_expires_at", to_rfc3339(actor.idle_expires_at)},
          {"identity_verification", domain::to_text(actor.identity_verification)},
          {"screening", domain::to_text(actor.screening)}};
}

json::object session_json(const domain::Session& session, bool current) {
  return {{"id", session.id.str()},
          {"created_at", to_rfc3339(session.created_at)},
          {"last_seen_at", to_rfc3339(session.last_seen_at)},
          {"expires_at", to_rfc3339(session.expires_at)},
          {"ip", session.ip},
          {"user_agent", session.user_agent},
          {"device", session.device},
          {"client_id", session.client_id},
          {"current", current},
          {"acr", domain::to_text(session.acr)},
          {"amr", text_array(session.amr)}};
}

}  // namespace gatehouse::application
