#pragma once
// The permissions that Gatehouse itself knows. Configured roles may hold any others of the platform besides; those are
// carried in tokens and judged by their own domain.
#include <array>
#include <string_view>

namespace gatehouse::domain::permissions {

inline constexpr std::string_view kUsersRead = "identity.users.read";
inline constexpr std::string_view kUsersWrite = "identity.users.write";
inline constexpr std::string_view kUsersDelete = "identity.users.delete";
inline constexpr std::string_view kRolesAssign = "identity.roles.assign";
inline constexpr std::string_view kSessionsRevoke = "identity.sessions.revoke";
inline constexpr std::string_view kRecoveryStart = "identity.recovery.start";
inline constexpr std::string_view kComplianceRead = "identity.compliance.read";
inline constexpr std::string_view kComplianceWrite = "identity.compliance.write";
inline constexpr std::string_view kAuditRead = "identity.audit.read";
inline constexpr std::string_view kIntrospect = "identity.introspect";
inline constexpr std::string_view kMfaChallenge = "identity.mfa.challenge";
inline constexpr std::string_view kEventsRead = "identity.events.read";
inline constexpr std::string_view kRevocationsRead = "identity.revocations.read";
inline constexpr std::string_view kImport = "identity.import";
inline constexpr std::string_view kKeysManage = "identity.keys.manage";
inline constexpr std::string_view kClientForward = "identity.client.forward";

inline constexpr std::array kAll = {kUsersRead,       kUsersWrite,    kUsersDelete,    kRolesAssign,
                                    kSessionsRevoke,  kRecoveryStart, kComplianceRead, kComplianceWrite,
                                    kAuditRead,       kIntrospect,    kMfaChallenge,   kEventsRead,
                                    kRevocationsRead, kImport,        kKeysManage,     kClientForward};

/// The prefix that marks a permission over identity itself; roles holding one are not grantable by other domains.
inline constexpr std::string_view kIdentityPrefix = "identity.";

}  // namespace gatehouse::domain::permissions
