#pragma once
// Delivers mail by Resend's API (https://resend.com/docs/api-reference). The row's id is the Idempotency-Key, so a
// repeated call within 24 hours sends nothing twice. Errors: rate limits, concurrency, 5xx and network are tried again;
// quotas and credentials wait for a person; the rest is final. Blocking; used by the mail worker.
#include <string>

#include "adapters/mail/mime.hpp"
#include "adapters/net/http_client.hpp"
#include "foundation/secret.hpp"
#include "modules/identity/ports/mail_provider.hpp"

namespace gatehouse::adapters::mail {

struct ResendSettings {
  Secret<std::string> api_key;
  std::string base_url = "https://api.resend.com";
  Mailbox from;
  net::HttpSettings http{};
};

class ResendProvider : public ports::MailProvider {
 public:
  explicit ResendProvider(ResendSettings settings);

  ports::MailDelivery deliver(const domain::MailMessage& message) override;
  /// A key that may only send can't ask for anything else; being told so is proof enough.
  Result<> check() override;

 private:
  net::HttpHeaders headers() const;

  const ResendSettings settings_;
  net::HttpClient http_;
};

/// What Resend's answer means; pure, for tests and the documentation.
ports::MailDelivery read_resend_answer(const net::HttpResponse& response);

}  // namespace gatehouse::adapters::mail
