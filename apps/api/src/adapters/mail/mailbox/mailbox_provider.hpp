#pragma once
// The development mailbox. It delivers nothing: the mail rows themselves are the mailbox (decision 31), written as sent
// (Settings::has_mailbox). What comes here waited for a provider that was configured before, and is marked. Production
// refuses it. Thread-safe.
#include "modules/identity/ports/mail_provider.hpp"

namespace gatehouse::adapters::mail {

class MailboxProvider : public ports::MailProvider {
 public:
  ports::MailDelivery deliver(const domain::MailMessage& message) override {
    ports::MailDelivery delivery;
    delivery.accepted = true;
    delivery.provider_id = "mailbox:" + message.id.str();
    return delivery;
  }
  Result<> check() override { return {}; }
};

}  // namespace gatehouse::adapters::mail
