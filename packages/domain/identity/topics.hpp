#pragma once
// The topics of events that identity produces and consumes: CloudEvents `type` and NATS subject. Their data is in
// packages/contracts/events; a test compares the two lists.
#include <array>
#include <string_view>

namespace gatehouse::domain::topics {

inline constexpr std::string_view kUserSignedUp = "identity.user.signed_up";
inline constexpr std::string_view kUserSignedIn = "identity.user.signed_in";
inline constexpr std::string_view kMfaEnrolled = "identity.mfa.enrolled";
inline constexpr std::string_view kMfaRemoved = "identity.mfa.removed";
inline constexpr std::string_view kPasswordReset = "identity.password.reset";
inline constexpr std::string_view kPasswordChanged = "identity.password.changed";
inline constexpr std::string_view kSessionRevoked = "identity.session.revoked";
inline constexpr std::string_view kUserUpdated = "identity.user.updated";
inline constexpr std::string_view kUserEmailChanged = "identity.user.email_changed";
inline constexpr std::string_view kUserStatusChanged = "identity.user.status_changed";
inline constexpr std::string_view kUserDeleted = "identity.user.deleted";
inline constexpr std::string_view kUserErased = "identity.user.erased";
inline constexpr std::string_view kAccountLinked = "identity.account.linked";
inline constexpr std::string_view kAccountUnlinked = "identity.account.unlinked";
inline constexpr std::string_view kRoleAssigned = "identity.role.assigned";
inline constexpr std::string_view kRoleRevoked = "identity.role.revoked";
inline constexpr std::string_view kComplianceChanged = "identity.compliance.changed";
inline constexpr std::string_view kAuditRecorded = "identity.audit.recorded";
inline constexpr std::string_view kAuditCheckpoint = "identity.audit.checkpoint";

inline constexpr std::array kProduced = {kUserSignedUp,      kUserSignedIn,      kMfaEnrolled,    kMfaRemoved,
                                         kPasswordReset,     kPasswordChanged,   kSessionRevoked, kUserUpdated,
                                         kUserEmailChanged,  kUserStatusChanged, kUserDeleted,    kUserErased,
                                         kAccountLinked,     kAccountUnlinked,   kRoleAssigned,   kRoleRevoked,
                                         kComplianceChanged, kAuditRecorded,     kAuditCheckpoint};

inline constexpr std::string_view kRoleRequired = "accounts.user.role_required";  ///< consumed
inline constexpr std::string_view kDeadRoleRequired = "dead.accounts.user.role_required";

}  // namespace gatehouse::domain::topics
