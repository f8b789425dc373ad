#include "composition/mail_service.hpp"

#include "adapters/mail/mailbox/mailbox_provider.hpp"
#include "adapters/mail/mime.hpp"
#include "adapters/mail/resend/resend_provider.hpp"
#include "adapters/mail/resend/webhook.hpp"
#include "adapters/mail/smtp/smtp_provider.hpp"

namespace gatehouse::composition {

namespace mail = adapters::mail;

Result<std::unique_ptr<ports::MailProvider>> make_mail_provider(const config::Config& config) {
  const auto provider = config.mail.provider.value_or(config::MailProvider::mailbox);
  if (provider == config::MailProvider::mailbox)
    return std::unique_ptr<ports::MailProvider>(std::make_unique<mail::MailboxProvider>());
  const auto from = mail::parse_mailbox(config.mail.from);
  if (!from) return fail(ErrorCode::invalid_request, "mail.from must be an address, or `Name <address>`");
  if (provider == config::MailProvider::smtp)
    return std::unique_ptr<ports::MailProvider>(std::make_unique<mail::SmtpProvider>(
        adapters::net::SmtpSettings{config.mail.smtp_url, config.mail.smtp_ca_cert}, *from));
  mail::ResendSettings settings;
  settings.api_key = config.mail.resend_api_key;
  settings.base_url = config.mail.resend_base_url;
  settings.from = *from;
  settings.http.allow_private = config.development();
  settings.http.allow_http = config.development();
  return std::unique_ptr<ports::MailProvider>(std::make_unique<mail::ResendProvider>(std::move(settings)));
}

std::unique_ptr<ports::MailFeedbackReader> make_mail_feedback_reader(const config::MailConfig& config) {
  if (config.provider != config::MailProvider::resend || config.resend_webhook_secret.expose().empty()) return nullptr;
  return std::make_unique<mail::ResendFeedbackReader>(config.resend_webhook_secret);
}

}  // namespace gatehouse::composition
