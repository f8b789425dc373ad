#pragma once
// The ids of identity's nouns. Each is its own type, so that a session's id never goes where a user's is expected.
// Made by the application (UUIDv7) or kept from an import; see foundation/strong_id.hpp for their shape.
#include "foundation/strong_id.hpp"

namespace gatehouse::domain {

using UserId = StrongId<struct UserIdTag>;
using AccountId = StrongId<struct AccountIdTag>;
using SessionId = StrongId<struct SessionIdTag>;
using VerificationTokenId = StrongId<struct VerificationTokenIdTag>;
using PendingSignUpId = StrongId<struct PendingSignUpIdTag>;
using ChallengeId = StrongId<struct ChallengeIdTag>;
using FactorId = StrongId<struct FactorIdTag>;
using DeviceId = StrongId<struct DeviceIdTag>;
using RoleAssignmentId = StrongId<struct RoleAssignmentIdTag>;
using AttemptId = StrongId<struct AttemptIdTag>;
using AuditId = StrongId<struct AuditIdTag>;
using EventId = StrongId<struct EventIdTag>;
using MailId = StrongId<struct MailIdTag>;
using ServiceKeyId = StrongId<struct ServiceKeyIdTag>;
using OAuthTicketId = StrongId<struct OAuthTicketIdTag>;

}  // namespace gatehouse::domain
