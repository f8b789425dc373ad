#pragma once
// accounts.user.role_required: another domain needs an actor to have a role. Granted once, however often the event
// comes, also where the role was taken away since (decision 21): its id is remembered in the transaction of the grant.
#include <optional>
#include <string>
#include <string_view>

#include "modules/identity/application/dependencies.hpp"

namespace gatehouse::application {

/// Why an event can't be carried out, ever: `reason` of its dead letter.
enum class Undeliverable { malformed, unknown_user, unknown_role, role_not_grantable, user_disabled, expired };

/// Grants the role, or does nothing where the event was carried out before. The reason where it never can be: nothing
/// was written then. Returns `dependency_unavailable` where it should be tried again.
Result<std::optional<Undeliverable>> require_role(const Dependencies& deps, std::string_view event_json);

/// The dead letter of an event, as the CloudEvent `dead.accounts.user.role_required`.
struct DeadEvent {
  std::string id;
  std::string topic;
  std::string json;
};
DeadEvent make_dead_event(const Dependencies& deps, std::string_view subject, std::string_view original,
                          std::string_view reason);

}  // namespace gatehouse::application

namespace gatehouse::domain {

GH_ENUM_NAMES(application::Undeliverable, "malformed", "unknown_user", "unknown_role", "role_not_grantable",
              "user_disabled", "expired");

}  // namespace gatehouse::domain
