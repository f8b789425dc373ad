#include "modules/identity/application/audit_json.hpp"

#include <boost/json/parse.hpp>

#include "auth/encoding.hpp"

namespace gatehouse::application {
namespace {

namespace json = boost::json;

json::value or_null(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }

}  // namespace

json::object public_audit_json(const domain::AuditEntry& entry) {
  return {{"id", entry.id.str()},
          {"occurred_at", to_rfc3339(entry.occurred_at)},
          {"actor_type", domain::to_text(entry.actor_type)},
          {"actor_id", or_null(entry.actor_id)},
          {"subject_id", or_null(entry.subject_id)},
          {"action", entry.action},
          {"outcome", domain::to_text(entry.outcome)},
          {"reason", or_null(entry.reason)},
          {"request_id", or_null(entry.request_id)},
          {"details", json::parse(entry.details)}};
}

json::object audit_json(const domain::AuditEntry& entry) {
  json::object row = public_audit_json(entry);
  row["sequence"] = entry.sequence.value_or(0);
  row["hash"] = auth::hex_encode(entry.hash);
  const json::value personal = entry.personal.empty() ? json::value(json::object()) : json::parse(entry.personal);
  for (const char* name : {"ip", "user_agent", "device", "email"}) {
    const auto* value = personal.as_object().if_contains(name);
    row[name] = value == nullptr ? json::value(nullptr) : *value;
  }
  return row;
}

}  // namespace gatehouse::application
