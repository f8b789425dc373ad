// Svix headers of a delivery report: without the secret nothing is genuine.
#include "adapters/mail/resend/webhook.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace gatehouse;
using fuzz::expect;

FUZZ(input) {
  static const Secret<std::string> kSecret(std::string("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
  std::string_view rest = input;
  ports::MailReport report;
  report.id = fuzz::take(rest);
  report.timestamp = fuzz::take(rest);
  report.signature = fuzz::take(rest);
  report.body = rest;
  const Timestamp now = from_unix_seconds(1'614'265'330);
  expect(!adapters::mail::is_genuine_report(kSecret, report, now));
  (void)adapters::mail::is_genuine_report(Secret<std::string>(std::string(input)), report, now);
  expect(!adapters::mail::ResendFeedbackReader(Secret<std::string>()).read(report, now));
}
