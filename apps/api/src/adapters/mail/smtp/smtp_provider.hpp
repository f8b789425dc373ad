#pragma once
// Delivers mail by an SMTP server. A reply of 4xx or no conversation is tried again, a refused login waits for a
// person, any other 5xx is final. Blocking; used by the mail worker.
#include "adapters/mail/mime.hpp"
#include "adapters/net/smtp_client.hpp"
#include "modules/identity/ports/mail_provider.hpp"

namespace gatehouse::adapters::mail {

class SmtpProvider : public ports::MailProvider {
 public:
  SmtpProvider(net::SmtpSettings settings, Mailbox from);

  ports::MailDelivery deliver(const domain::MailMessage& message) override;
  Result<> check() override;

 private:
  net::SmtpClient client_;
  const Mailbox from_;
};

}  // namespace gatehouse::adapters::mail
