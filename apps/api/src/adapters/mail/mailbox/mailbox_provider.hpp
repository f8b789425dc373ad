#pragma once
// The development mailbox. It delivers nothing: the mail rows themselves are the mailbox (decision 31), and marking
// them as sent is all there is to do. Production refuses it. Thread-safe.
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
  bool answers_at_once() const override { return true; }
  Result<> check() override { return {}; }
};

}  // namespace gatehouse::adapters::mail
