#include "modules/identity/application/take_mail_report.hpp"

#include "domain/identity/text.hpp"
#include "modules/identity/application/record.hpp"

namespace gatehouse::application {
namespace {

Result<std::optional<domain::MailMessage>> mail_of(ports::Tx& tx, const ports::MailFeedback& feedback) {
  if (feedback.mail_id) {
    GH_TRY(auto ours, tx.mails().find(*feedback.mail_id));
    if (ours) return ours;
  }
  if (feedback.provider_id.empty()) return std::nullopt;
  return tx.mails().find_by_provider_id(feedback.provider_id);
}

Result<> note(ports::Tx& tx, domain::MailMessage mail, const ports::MailFeedback& feedback) {
  const bool news = feedback.state && domain::is_news(mail.state, *feedback.state);
  const bool only_words = !feedback.state && mail.state == domain::MailState::sent && !feedback.reason.empty();
  if (!news && !only_words) return {};
  if (news) mail.state = *feedback.state;
  mail.last_error = feedback.reason.empty() ? std::nullopt : std::optional(feedback.reason);
  if (!mail.provider_id && !feedback.provider_id.empty()) mail.provider_id = feedback.provider_id;
  return tx.mails().save_report(mail);
}

/// Whoever has the address now: an account that has left it since must not suffer for it.
Result<> mark_address(ports::Tx& tx, Record& record, const domain::MailMessage& mail, Timestamp now) {
  GH_TRY(auto user, tx.users().find_by_email(domain::to_lower_ascii(mail.to)));
  if (!user || user->mail_undeliverable) return {};
  user->mail_undeliverable = true;
  user->updated_at = now;
  GH_CHECK(tx.users().save(*user));
  return record.audit(by_system(), domain::audit_actions::kUserUndeliverable, user->id,
                      {.reason = "mail_provider", .details = {{"mail_id", mail.id.str()}}});
}

}  // namespace

Result<> take_mail_report(const Dependencies& deps, const ports::MailFeedbackReader& reader,
                          const ports::MailReport& report, const RequestInfo& request) {
  const Timestamp now = deps.clock.now();
  GH_TRY(const auto feedback, reader.read(report, now));
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    GH_TRY(const bool first_time, tx.mails().receive_webhook(feedback.report_id, now));
    if (!first_time) return {};
    GH_TRY(const auto mail, mail_of(tx, feedback));
    if (!mail) return {};
    GH_CHECK(note(tx, *mail, feedback));
    if (!feedback.address_is_bad) return {};
    Record record(tx, deps, request, now);
    return mark_address(tx, record, *mail, now);
  }));
  deps.wake();
  return {};
}

}  // namespace gatehouse::application
