// Generated from packages/contracts/api/openapi.yaml by script/contracts. Do not edit.
// clang-format off
#pragma once
// Every operation of the HTTP contract with who may call it; a test compares it with the server's table of routes.
#include <string_view>

namespace gatehouse {

struct ContractOperation {
  std::string_view method;
  std::string_view path;        ///< with {parameters} as in the document
  std::string_view id;          ///< operationId
  std::string_view access;      ///< public, access_token_ok, session, step_up, service, admin
  std::string_view permission;  ///< empty where none is needed
  bool step_up;                 ///< besides, the caller's own authentication must be recent
};

inline constexpr ContractOperation kContractOperations[] = {
    {"POST", "/v1/sign-up", "signUp", "public", "", false},
    {"POST", "/v1/email/verify", "verifyEmail", "public", "", false},
    {"POST", "/v1/email/verify/resend", "resendVerification", "public", "", false},
    {"POST", "/v1/sign-in", "signIn", "public", "", false},
    {"POST", "/v1/mfa/challenges", "createChallenge", "service", "identity.mfa.challenge", false},
    {"GET", "/v1/mfa/challenges/{challenge_id}", "getChallenge", "service", "identity.mfa.challenge", false},
    {"POST", "/v1/mfa/challenges/{challenge_id}/verify", "verifyChallenge", "public", "", false},
    {"POST", "/v1/password/forgot", "forgotPassword", "public", "", false},
    {"POST", "/v1/password/reset", "resetPassword", "public", "", false},
    {"POST", "/v1/email/change/confirm", "confirmEmailChange", "public", "", false},
    {"POST", "/v1/email/change/undo", "undoEmailChange", "public", "", false},
    {"POST", "/v1/invitations/accept", "acceptInvitation", "public", "", false},
    {"POST", "/v1/not-me", "reportNotMe", "public", "", false},
    {"POST", "/v1/deletion/cancel", "cancelDeletion", "public", "", false},
    {"GET", "/v1/session", "getSession", "access_token_ok", "", false},
    {"DELETE", "/v1/session", "deleteSession", "session", "", false},
    {"POST", "/v1/sign-out", "signOut", "session", "", false},
    {"POST", "/v1/reauthenticate", "reauthenticate", "session", "", false},
    {"POST", "/v1/token", "createToken", "session", "", false},
    {"GET", "/v1/me", "getMe", "access_token_ok", "", false},
    {"PATCH", "/v1/me", "updateMe", "session", "", false},
    {"DELETE", "/v1/me", "deleteMe", "step_up", "", false},
    {"GET", "/v1/me/export", "exportMe", "session", "", false},
    {"GET", "/v1/me/sessions", "listMySessions", "access_token_ok", "", false},
    {"DELETE", "/v1/me/sessions", "revokeMySessions", "session", "", false},
    {"DELETE", "/v1/me/sessions/{session_id}", "revokeMySession", "session", "", false},
    {"POST", "/v1/me/email", "changeMyEmail", "step_up", "", false},
    {"POST", "/v1/me/password", "changeMyPassword", "step_up", "", false},
    {"GET", "/v1/me/mfa", "getMyMfa", "session", "", false},
    {"POST", "/v1/me/mfa/totp", "enrollTotp", "step_up", "", false},
    {"DELETE", "/v1/me/mfa/totp", "removeTotp", "step_up", "", false},
    {"POST", "/v1/me/mfa/totp/confirm", "confirmTotp", "session", "", false},
    {"POST", "/v1/me/mfa/backup-codes", "createBackupCodes", "step_up", "", false},
    {"GET", "/v1/admin/users", "listUsers", "admin", "identity.users.read", false},
    {"POST", "/v1/admin/users", "createUser", "admin", "identity.users.write", false},
    {"GET", "/v1/admin/users/{user_id}", "getUser", "admin", "identity.users.read", false},
    {"PATCH", "/v1/admin/users/{user_id}", "updateUser", "admin", "identity.users.write", false},
    {"DELETE", "/v1/admin/users/{user_id}", "deleteUser", "admin", "identity.users.delete", false},
    {"GET", "/v1/admin/users/{user_id}/roles", "listUserRoles", "admin", "identity.users.read", false},
    {"POST", "/v1/admin/users/{user_id}/roles", "assignRole", "admin", "identity.roles.assign", true},
    {"DELETE", "/v1/admin/users/{user_id}/roles/{role}", "revokeRole", "admin", "identity.roles.assign", true},
    {"GET", "/v1/admin/users/{user_id}/sessions", "listUserSessions", "admin", "identity.users.read", false},
    {"DELETE", "/v1/admin/users/{user_id}/sessions", "revokeUserSessions", "admin", "identity.sessions.revoke", false},
    {"GET", "/v1/admin/users/{user_id}/accounts", "listUserAccounts", "admin", "identity.users.read", false},
    {"DELETE", "/v1/admin/sessions/{session_id}", "revokeSession", "admin", "identity.sessions.revoke", false},
    {"POST", "/v1/admin/users/{user_id}/password-reset", "startPasswordReset", "admin", "identity.recovery.start", false},
    {"POST", "/v1/admin/users/{user_id}/mfa-reset", "resetUserMfa", "admin", "identity.recovery.start", false},
    {"POST", "/v1/admin/users/{user_id}/unlock", "unlockUser", "admin", "identity.recovery.start", false},
    {"PATCH", "/v1/admin/users/{user_id}/compliance", "updateCompliance", "admin", "identity.compliance.write", false},
    {"GET", "/v1/admin/audit", "listAudit", "admin", "identity.audit.read", false},
    {"GET", "/v1/admin/login-attempts", "listLoginAttempts", "admin", "identity.audit.read", false},
    {"GET", "/v1/admin/mails", "listMails", "admin", "identity.users.read", false},
    {"GET", "/v1/admin/roles", "listRoles", "admin", "identity.users.read", false},
    {"GET", "/v1/admin/stats", "getStats", "admin", "identity.users.read", false},
    {"POST", "/v1/introspect", "introspect", "service", "identity.introspect", false},
    {"GET", "/v1/revocations", "listRevocations", "service", "identity.revocations.read", false},
    {"GET", "/v1/events", "listEvents", "service", "identity.events.read", false},
    {"POST", "/v1/webhooks/resend", "receiveMailReport", "public", "", false},
    {"GET", "/.well-known/jwks.json", "getJwks", "public", "", false},
    {"GET", "/.well-known/oauth-authorization-server", "getMetadata", "public", "", false},
    {"GET", "/v1/openapi.json", "getOpenapi", "public", "", false},
    {"GET", "/v1/errors/{code}", "getError", "public", "", false},
    {"GET", "/healthz", "getHealth", "public", "", false},
    {"GET", "/readyz", "getReadiness", "public", "", false},
    {"GET", "/metrics", "getMetrics", "public", "", false},
    {"GET", "/dev/mailbox", "devListMails", "public", "", false},
    {"DELETE", "/dev/mailbox", "devClearMails", "public", "", false},
    {"POST", "/dev/users", "devCreateUser", "public", "", false},
    {"POST", "/dev/clock", "devSetClock", "public", "", false},
    {"POST", "/dev/reset", "devReset", "public", "", false},
    {"GET", "/v1/oauth/providers", "listProviders", "public", "", false},
    {"GET", "/v1/oauth/{provider}/start", "startProviderSignIn", "public", "", false},
    {"GET", "/v1/oauth/{provider}/callback", "finishProviderSignIn", "public", "", false},
    {"POST", "/v1/oauth/{provider}/callback", "finishProviderSignInByForm", "public", "", false},
    {"POST", "/v1/oauth/{provider}/authorize", "authorizeWithProvider", "public", "", false},
    {"POST", "/v1/oauth/{provider}/nonce", "createProviderNonce", "public", "", false},
    {"POST", "/v1/oauth/{provider}/id-token", "signInWithIdToken", "public", "", false},
    {"POST", "/v1/oauth/exchange", "exchangeProviderCode", "public", "", false},
    {"GET", "/v1/me/accounts", "listMyAccounts", "session", "", false},
    {"DELETE", "/v1/me/accounts/{account_id}", "unlinkMyAccount", "step_up", "", false},
};

}  // namespace gatehouse
