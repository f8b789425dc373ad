#pragma once
// Resend's delivery reports: Svix signatures over the raw body (https://docs.svix.com/receiving/verifying-payloads/
// how-manual), proved before a byte of the body is read. Thread-safe.
#include <string>

#include "foundation/secret.hpp"
#include "modules/identity/ports/mail_feedback.hpp"

namespace gatehouse::adapters::mail {

/// Whether one of the report's `v1` signatures is HMAC-SHA256 over "id.timestamp.body" with the decoded `whsec_…`
/// secret, and its time is within `tolerance` of now. Pure.
bool is_genuine_report(const Secret<std::string>& secret, const ports::MailReport& report, Timestamp now,
                       Duration tolerance = std::chrono::minutes(5));

class ResendFeedbackReader : public ports::MailFeedbackReader {
 public:
  /// With an empty secret every report is refused.
  explicit ResendFeedbackReader(Secret<std::string> secret) : secret_(std::move(secret)) {}
  Result<ports::MailFeedback> read(const ports::MailReport& report, Timestamp now) const override;

 private:
  const Secret<std::string> secret_;
};

}  // namespace gatehouse::adapters::mail
