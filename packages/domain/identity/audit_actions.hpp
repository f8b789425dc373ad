#pragma once
// The names of what the audit log records: `action` of an AuditEntry. A name is a public promise, never reused.
#include <array>
#include <string_view>

namespace gatehouse::domain::audit_actions {

#define GH_AUDIT_ACTIONS(X)                              \
  X(kSignUpRequested, "sign_up.requested")               \
  X(kSignUpCompleted, "sign_up.completed")               \
  X(kEmailVerified, "email.verified")                    \
  X(kVerificationSent, "email.verification_sent")        \
  X(kEmailChangeRequested, "email.change_requested")     \
  X(kEmailChanged, "email.changed")                      \
  X(kEmailChangeUndone, "email.change_undone")           \
  X(kSignIn, "sign_in")                                  \
  X(kSignInFirstFactor, "sign_in.first_factor")          \
  X(kSignInSuspicious, "sign_in.suspicious")             \
  X(kNotMe, "sign_in.not_me")                            \
  X(kSignOut, "sign_out")                                \
  X(kReauthenticated, "session.reauthenticated")         \
  X(kSessionRevoked, "session.revoked")                  \
  X(kSessionsRevoked, "session.all_revoked")             \
  X(kTokenIssued, "token.issued")                        \
  X(kPasswordResetRequested, "password.reset_requested") \
  X(kPasswordReset, "password.reset")                    \
  X(kPasswordChanged, "password.changed")                \
  X(kPasswordExposed, "password.exposed")                \
  X(kMfaEnrollmentStarted, "mfa.enrollment_started")     \
  X(kMfaEnrolled, "mfa.enrolled")                        \
  X(kMfaRemoved, "mfa.removed")                          \
  X(kMfaReset, "mfa.reset")                              \
  X(kMfaChallenged, "mfa.challenged")                    \
  X(kMfaVerified, "mfa.verified")                        \
  X(kMfaFactorLocked, "mfa.factor_locked")               \
  X(kMfaFactorUnlocked, "mfa.factor_unlocked")           \
  X(kBackupCodesGenerated, "mfa.backup_codes_generated") \
  X(kBackupCodeUsed, "mfa.backup_code_used")             \
  X(kAccountLinked, "account.linked")                    \
  X(kAccountUnlinked, "account.unlinked")                \
  X(kAccountLinkRefused, "account.link_refused")         \
  X(kUserCreated, "user.created")                        \
  X(kUserImported, "user.imported")                      \
  X(kUserUpdated, "user.updated")                        \
  X(kUserDisabled, "user.disabled")                      \
  X(kUserEnabled, "user.enabled")                        \
  X(kUserUnlocked, "user.unlocked")                      \
  X(kUserUndeliverable, "user.mail_undeliverable")       \
  X(kUserDeletionRequested, "user.deletion_requested")   \
  X(kUserDeletionCancelled, "user.deletion_cancelled")   \
  X(kUserErased, "user.erased")                          \
  X(kUserExported, "user.exported")                      \
  X(kInvitationSent, "invitation.sent")                  \
  X(kInvitationAccepted, "invitation.accepted")          \
  X(kRoleAssigned, "role.assigned")                      \
  X(kRoleRevoked, "role.revoked")                        \
  X(kComplianceChanged, "compliance.changed")            \
  X(kServiceKeyCreated, "service.key_created")           \
  X(kServiceKeyRotated, "service.key_rotated")           \
  X(kServiceKeyRevoked, "service.key_revoked")           \
  X(kSigningKeyCreated, "key.created")                   \
  X(kSigningKeyActivated, "key.activated")               \
  X(kSigningKeyRetired, "key.retired")                   \
  X(kSigningKeyWithdrawn, "key.withdrawn")               \
  X(kKeysRewrapped, "key.rewrapped")                     \
  X(kOutageBegan, "dependency.outage_began")             \
  X(kOutageEnded, "dependency.outage_ended")             \
  X(kAccessDenied, "access.denied")                      \
  X(kDataRead, "admin.data_read")                        \
  X(kAuditExported, "audit.exported")                    \
  X(kStoreFenced, "store.fenced")                        \
  X(kStoreRestored, "store.restored")                    \
  X(kEventsReplayed, "events.replayed")

#define GH_AUDIT_ACTION(name, text) inline constexpr std::string_view name = text;
GH_AUDIT_ACTIONS(GH_AUDIT_ACTION)
#undef GH_AUDIT_ACTION

#define GH_AUDIT_ACTION(name, text) name,
inline constexpr auto kAll = std::to_array<std::string_view>({GH_AUDIT_ACTIONS(GH_AUDIT_ACTION)});
#undef GH_AUDIT_ACTION

}  // namespace gatehouse::domain::audit_actions
