#pragma once
// MailMessage: a mail to be sent, as a job beside the outbox (table `mail_messages`). At least once, with its id as the
// idempotency key. Bodies are stored encrypted and wiped once delivered or expired; here they are plain text in memory.
#include <cstdint>
#include <optional>
#include <string>

#include "domain/identity/enum_text.hpp"
#include "domain/identity/ids.hpp"
#include "foundation/time.hpp"

namespace gatehouse::domain {

enum class MailState { queued, sent, delivered, bounced, complained, failed };
GH_ENUM_NAMES(MailState, "queued", "sent", "delivered", "bounced", "complained", "failed");

/// Whether news of a mail changes what is known of it. Reports come late, twice and out of order: a bounce or complaint
/// stands against a delivery reported after it, and a delivery against our own giving up.
constexpr bool is_news(MailState known, MailState reported) {
  const auto weight = [](MailState state) {
    switch (state) {
      case MailState::queued:
        return 0;
      case MailState::sent:
        return 1;
      case MailState::failed:
        return 2;
      case MailState::delivered:
        return 3;
      case MailState::bounced:
        return 4;
      case MailState::complained:
        return 5;
    }
    return 0;
  };
  return weight(reported) > weight(known);
}

struct MailMessage {
  MailId id;
  std::optional<UserId> user_id;
  std::string to;
  std::string template_name;
  std::string subject;
  std::string text;
  std::string html;
  MailState state = MailState::queued;
  std::int64_t attempts = 0;
  Timestamp next_attempt_at;
  Timestamp created_at;
  std::optional<Timestamp> expires_at;  ///< not sent after that: its link would be dead
  std::optional<std::string> provider_id;
  std::optional<std::string> last_error;
};

}  // namespace gatehouse::domain
