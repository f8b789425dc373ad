#include "adapters/mail/smtp/smtp_provider.hpp"

#include <utility>

namespace gatehouse::adapters::mail {

SmtpProvider::SmtpProvider(net::SmtpSettings settings, Mailbox from)
    : client_(std::move(settings)), from_(std::move(from)) {}

ports::MailDelivery SmtpProvider::deliver(const domain::MailMessage& message) {
  ports::MailDelivery delivery;
  if (!net::is_plain_address(message.to)) {
    delivery.failure = ports::MailFailure::permanent;
    delivery.error = "the address is not plain ASCII";
    return delivery;
  }
  const auto reply = client_.send(from_.address, message.to, build_mime(message, from_));
  if (reply.accepted) {
    delivery.accepted = true;
    delivery.provider_id = "smtp:" + message.id.str();
    return delivery;
  }
  delivery.error = reply.text;
  if (reply.refused_login) {
    delivery.failure = ports::MailFailure::park;
  } else {
    delivery.failure = reply.code >= 500 ? ports::MailFailure::permanent : ports::MailFailure::retry;
  }
  return delivery;
}

Result<> SmtpProvider::check() {
  const auto reply = client_.greet();
  if (reply.accepted) return {};
  return unavailable((reply.refused_login ? "the SMTP server refuses the login: " : "SMTP: ") + reply.text);
}

}  // namespace gatehouse::adapters::mail
