#pragma once
// Turns a template and its values into the frozen message that the mail ledger keeps (issue "Events and mail": a retry
// must send the same bytes). Pure and thread-safe.
#include <array>
#include <map>
#include <string>

#include "foundation/result.hpp"

namespace gatehouse::ports {

/// Template names are stable: configuration (`[mail] send`), the mailbox and metrics use them.
namespace mail_templates {
inline constexpr const char* kVerifyEmail = "verify_email";
inline constexpr const char* kAlreadyRegistered = "already_registered";
inline constexpr const char* kResetPassword = "reset_password";
inline constexpr const char* kPasswordChanged = "password_changed";
inline constexpr const char* kConfirmEmailChange = "confirm_email_change";
inline constexpr const char* kEmailChangeNotice = "email_change_notice";
inline constexpr const char* kEmailChangeUndone = "email_change_undone";
inline constexpr const char* kSuspiciousSignIn = "suspicious_sign_in";
inline constexpr const char* kNewDevice = "new_device";
inline constexpr const char* kMfaEnrolled = "mfa_enrolled";
inline constexpr const char* kMfaRemoved = "mfa_removed";
inline constexpr const char* kBackupCodeUsed = "backup_code_used";
inline constexpr const char* kPasswordExposed = "password_exposed";
inline constexpr const char* kInvitation = "invitation";
inline constexpr const char* kDeletion = "deletion";
inline constexpr const char* kAccountLinked = "account_linked";
inline constexpr const char* kAccountUnlinked = "account_unlinked";
inline constexpr const char* kSignInCode = "sign_in_code";

inline constexpr auto kAll = std::to_array<const char*>(
    {kVerifyEmail, kAlreadyRegistered, kResetPassword, kPasswordChanged, kConfirmEmailChange, kEmailChangeNotice,
     kEmailChangeUndone, kSuspiciousSignIn, kNewDevice, kMfaEnrolled, kMfaRemoved, kBackupCodeUsed, kPasswordExposed,
     kInvitation, kDeletion, kAccountLinked, kAccountUnlinked, kSignInCode});
}  // namespace mail_templates

struct RenderedMail {
  std::string subject;
  std::string text;
  std::string html;
};

class MailRenderer {
 public:
  virtual ~MailRenderer() = default;
  /// `values` are plain text (escaped for HTML by the renderer): e.g. name, link, ip, device, time.
  /// Returns `internal_error` for a template that does not exist or a value it needs and was not given.
  virtual Result<RenderedMail> render(const std::string& template_name,
                                      const std::map<std::string, std::string>& values) = 0;
};

}  // namespace gatehouse::ports
