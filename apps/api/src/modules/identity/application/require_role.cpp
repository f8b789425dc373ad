#include "modules/identity/application/require_role.hpp"

#include <algorithm>

#include <boost/json/serialize.hpp>

#include "auth/encoding.hpp"
#include "auth/strict_json.hpp"
#include "domain/identity/session_policy.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/assign_role.hpp"
#include "modules/identity/application/cloud_event.hpp"

namespace gatehouse::application {
namespace {

namespace json = boost::json;

/// What the event asks for, its shape checked.
struct Required {
  std::string event_id;
  domain::UserId user;
  RoleGrant grant;
};

std::optional<std::string> text_of(const json::object& from, std::string_view name, std::size_t most) {
  const auto* value = from.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  const std::string text(value->get_string());
  const bool has_nul = text.find('\0') != std::string::npos;  // PostgreSQL's texts can't hold it
  return text.empty() || text.size() > most || has_nul ? std::nullopt : std::optional(text);
}

/// nullopt for what is no such event; an absent reason or end is none.
std::optional<Required> parse(std::string_view event_json) {
  const auto event = auth::parse_strict_object(event_json);
  if (!event) return std::nullopt;
  const auto* data = event->if_contains("data");
  const auto id = text_of(*event, "id", 256);
  if (text_of(*event, "specversion", 8) != "1.0" || text_of(*event, "type", 64) != domain::topics::kRoleRequired ||
      !id || data == nullptr || !data->is_object())
    return std::nullopt;
  const auto& fields = data->get_object();
  const auto user = text_of(fields, "user_id", 64);
  const auto role = text_of(fields, "role", 64);
  if (!user || !is_id_text(*user) || !role) return std::nullopt;
  Required required{*id, domain::UserId(*user), {*role, {}, text_of(fields, "reason", 500)}};
  if (const auto* end = fields.if_contains("expires_at"); end != nullptr && !end->is_null()) {
    if (!end->is_string()) return std::nullopt;
    required.grant.expires_at = from_rfc3339(end->get_string());
    if (!required.grant.expires_at) return std::nullopt;
  }
  return required;
}

std::optional<Undeliverable> judge_role(const Settings& settings, const RoleGrant& grant, Timestamp now) {
  if (!settings.roles.contains(grant.role)) return Undeliverable::unknown_role;
  const auto& grantable = settings.grantable_roles;
  if (std::find(grantable.begin(), grantable.end(), grant.role) == grantable.end())
    return Undeliverable::role_not_grantable;
  if (grant.expires_at && *grant.expires_at <= now) return Undeliverable::expired;
  return std::nullopt;
}

}  // namespace

Result<std::optional<Undeliverable>> require_role(const Dependencies& deps, std::string_view event_json) {
  const auto required = parse(event_json);
  if (!required) return std::optional(Undeliverable::malformed);
  const Timestamp now = deps.clock.now();
  if (const auto why = judge_role(deps.settings, required->grant, now)) return std::optional(*why);

  using Outcome = std::optional<Undeliverable>;
  GH_TRY(const auto outcome, deps.store.write([&](ports::Tx& tx) -> Result<Outcome> {
    GH_TRY(const auto user, tx.users().find(required->user));
    if (!user) return Outcome(Undeliverable::unknown_user);
    if (!domain::may_hold_sessions(*user)) return Outcome(Undeliverable::user_disabled);
    GH_TRY(const bool first, tx.outbox().receive(required->event_id, std::string(domain::topics::kRoleRequired), now));
    if (!first) return Outcome();
    // Cut in the middle of a letter it would be no text: only ids that are plain are shown.
    const bool plain = is_id_text(required->event_id);
    const RequestInfo request{.request_id = plain ? "event-" + required->event_id.substr(0, 58) : "event"};
    Record record(tx, deps, request, now);
    const By accounts{domain::ActorType::service, "accounts"};
    GH_TRY([[maybe_unused]] const auto made, put_role(tx, record, accounts, required->user, required->grant, now));
    return Outcome();
  }));
  deps.session_map.drop_user(required->user);
  deps.wake();
  return outcome;
}

DeadEvent make_dead_event(const Dependencies& deps, std::string_view subject, std::string_view original,
                          std::string_view reason) {
  domain::OutboxEvent event;
  const Timestamp now = deps.clock.now();
  event.event_id = domain::EventId(new_id(now));
  event.topic = domain::topics::kDeadRoleRequired;
  event.occurred_at = now;
  event.data = json::serialize(
      json::object{{"reason", reason}, {"subject", subject}, {"original_base64", auth::base64_encode(original)}});
  return {event.event_id.str(), event.topic, json::serialize(cloud_event(deps.settings.issuer, event))};
}

}  // namespace gatehouse::application
