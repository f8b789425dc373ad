#pragma once
// What became of a mail after the provider took it: the provider's signed delivery reports, read and proved. Used by
// the route that receives them; writing the ledger is the application's. Thread-safe.
#include <optional>
#include <string>
#include <string_view>

#include "domain/identity/mail.hpp"
#include "foundation/result.hpp"
#include "foundation/time.hpp"

namespace gatehouse::ports {

/// A report as it came in: three header fields and the raw body.
struct MailReport {
  std::string id;         ///< svix-id: reports are repeated, and told apart by this
  std::string timestamp;  ///< svix-timestamp
  std::string signature;  ///< svix-signature
  std::string body;
};

struct MailFeedback {
  std::string report_id;
  std::string provider_id;                   ///< the provider's id of the mail, as deliver() gave it
  std::optional<domain::MailId> mail_id{};   ///< ours, where the report carries it back
  std::optional<domain::MailState> state{};  ///< nothing: a report that changes no state, such as a delay
  bool address_is_bad = false;               ///< a hard bounce, a complaint or a suppression
  std::string reason;                        ///< for support
};

class MailFeedbackReader {
 public:
  virtual ~MailFeedbackReader() = default;
  /// The report's meaning. Returns `forbidden` when the signature or its time is not right, or no secret is
  /// configured, and `invalid_json` when a proved body can't be read.
  virtual Result<MailFeedback> read(const MailReport& report, Timestamp now) const = 0;
};

}  // namespace gatehouse::ports
