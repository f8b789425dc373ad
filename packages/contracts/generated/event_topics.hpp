// Generated from packages/contracts/events/topics.yaml by script/contracts. Do not edit.
// clang-format off
#pragma once
// The topics of the contract with the `dataschema` that their CloudEvents carry. Used by the relay, by GET /v1/events and
// by the test that compares the domain's topics with the contract's.
#include <cstdint>
#include <string_view>

namespace gatehouse {

enum class TopicDirection : std::uint8_t { produces, consumes, dead };

struct EventTopic {
  std::string_view name;
  TopicDirection direction;
  std::string_view dataschema;
};

inline constexpr EventTopic kEventTopics[] = {
    {"identity.user.signed_up", TopicDirection::produces, "urn:gatehouse:event:identity.user.signed_up:v1"},
    {"identity.user.signed_in", TopicDirection::produces, "urn:gatehouse:event:identity.user.signed_in:v1"},
    {"identity.mfa.enrolled", TopicDirection::produces, "urn:gatehouse:event:identity.mfa.enrolled:v1"},
    {"identity.mfa.removed", TopicDirection::produces, "urn:gatehouse:event:identity.mfa.removed:v1"},
    {"identity.password.reset", TopicDirection::produces, "urn:gatehouse:event:identity.password.reset:v1"},
    {"identity.password.changed", TopicDirection::produces, "urn:gatehouse:event:identity.password.changed:v1"},
    {"identity.session.revoked", TopicDirection::produces, "urn:gatehouse:event:identity.session.revoked:v1"},
    {"identity.user.updated", TopicDirection::produces, "urn:gatehouse:event:identity.user.updated:v1"},
    {"identity.user.email_changed", TopicDirection::produces, "urn:gatehouse:event:identity.user.email_changed:v1"},
    {"identity.user.status_changed", TopicDirection::produces, "urn:gatehouse:event:identity.user.status_changed:v1"},
    {"identity.user.deleted", TopicDirection::produces, "urn:gatehouse:event:identity.user.deleted:v1"},
    {"identity.user.erased", TopicDirection::produces, "urn:gatehouse:event:identity.user.erased:v1"},
    {"identity.account.linked", TopicDirection::produces, "urn:gatehouse:event:identity.account.linked:v1"},
    {"identity.account.unlinked", TopicDirection::produces, "urn:gatehouse:event:identity.account.unlinked:v1"},
    {"identity.role.assigned", TopicDirection::produces, "urn:gatehouse:event:identity.role.assigned:v1"},
    {"identity.role.revoked", TopicDirection::produces, "urn:gatehouse:event:identity.role.revoked:v1"},
    {"identity.compliance.changed", TopicDirection::produces, "urn:gatehouse:event:identity.compliance.changed:v1"},
    {"identity.audit.recorded", TopicDirection::produces, "urn:gatehouse:event:identity.audit.recorded:v1"},
    {"identity.audit.checkpoint", TopicDirection::produces, "urn:gatehouse:event:identity.audit.checkpoint:v1"},
    {"accounts.user.role_required", TopicDirection::consumes, "urn:gatehouse:event:accounts.user.role_required:v1"},
    {"dead.accounts.user.role_required", TopicDirection::dead, "urn:gatehouse:event:dead.accounts.user.role_required:v1"},
};

/// The `dataschema` of a topic; empty for one that is not in the contract.
constexpr std::string_view event_dataschema(std::string_view topic) {
  for (const auto& known : kEventTopics)
    if (known.name == topic) return known.dataschema;
  return {};
}

}  // namespace gatehouse
