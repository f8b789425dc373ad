#include "modules/identity/application/record.hpp"

#include <boost/json/serialize.hpp>

#include "auth/crypto/digest.hpp"
#include "auth/crypto/random.hpp"
#include "auth/uuid.hpp"
#include "domain/identity/audit_chain.hpp"
#include "domain/identity/device_name.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/audit_json.hpp"

namespace gatehouse::application {
namespace {

namespace json = boost::json;

bool carries_a_token(const std::map<std::string, std::string>& values) {
  return values.contains("link") || values.contains("code");
}

/// `[mail] send` leaves it to another domain, which hears of it by the event.
bool is_left_to_others(const Settings& settings, const std::string& template_name,
                       const std::map<std::string, std::string>& values) {
  return !carries_a_token(values) && !settings.mails_sent.contains(template_name);
}

/// Tells of something, and nobody waits for it.
bool is_notice(const std::string& template_name) {
  namespace t = ports::mail_templates;
  for (const char* notice : {t::kAlreadyRegistered, t::kPasswordChanged, t::kNewDevice, t::kMfaEnrolled, t::kMfaRemoved,
                             t::kBackupCodeUsed, t::kAccountLinked, t::kAccountUnlinked, t::kSuspiciousSignIn})
    if (template_name == notice) return true;
  return false;
}

}  // namespace

std::string new_id(Timestamp now) { return auth::make_uuid_v7(now); }

By by(const Caller& caller) { return {caller.audit_type(), caller.audit_id()}; }
By by_user(const domain::UserId& user) { return {domain::ActorType::user, user.str()}; }
By by_system() { return {domain::ActorType::system, {}}; }
By by_nobody() { return {domain::ActorType::anonymous, {}}; }

Result<> Record::audit(const By& by, std::string_view action, const domain::UserId& subject, AuditDetail detail) {
  domain::AuditEntry entry;
  entry.id = domain::AuditId(new_id(now_));
  entry.occurred_at = now_;
  entry.actor_type = by.type;
  entry.actor_id = by.id;
  entry.subject_id = subject.str();
  entry.action = action;
  entry.outcome = detail.outcome;
  entry.reason = std::move(detail.reason);
  entry.request_id = request_.request_id;
  entry.details = json::serialize(detail.details);
  if (!request_.ip.empty()) detail.personal["ip"] = request_.ip;
  if (!request_.user_agent.empty()) {
    detail.personal["user_agent"] = request_.user_agent;
    detail.personal["device"] = domain::device_name(request_.user_agent);
  }
  entry.personal = json::serialize(detail.personal);
  entry.personal_salt = auth::random_bytes(16);
  entry.personal_digest = domain::personal_digest(entry.personal_salt, entry.personal, auth::sha256);
  GH_CHECK(tx_.audit().add(entry));
  return outbox(domain::topics::kAuditRecorded, subject.empty() ? std::nullopt : std::optional(subject),
                public_audit_json(entry));
}

Result<> Record::event(std::string_view topic, const domain::UserId& subject, json::object data) {
  return outbox(topic, subject.empty() ? std::nullopt : std::optional(subject), std::move(data));
}

Result<> Record::outbox(std::string_view topic, const std::optional<domain::UserId>& subject, json::object data) {
  domain::OutboxEvent event;
  event.event_id = domain::EventId(new_id(now_));
  event.topic = topic;
  event.subject = subject;
  event.data = json::serialize(data);
  event.occurred_at = now_;
  event.traceparent = request_.traceparent;
  return tx_.outbox().add(event);
}

Result<> Record::mail(const std::string& template_name, const domain::User& user,
                      std::map<std::string, std::string> values, MailDetail detail) {
  if (is_left_to_others(deps_.settings, template_name, values)) return {};
  if (user.name) values.emplace("name", *user.name);
  GH_TRY(auto message, rendered(template_name, detail.to.value_or(user.email), std::move(values)));
  message.user_id = user.id;
  message.expires_at = detail.expires_at;
  if (user.mail_undeliverable && message.to == user.email && is_notice(template_name)) {
    message.state = domain::MailState::failed;
    message.last_error = "not sent: mail to this address came back before";
    message.text.clear();
    message.html.clear();
  }
  return tx_.mails().add(message);
}

Result<> Record::mail_to(const std::string& template_name, const std::string& address,
                         std::map<std::string, std::string> values, std::optional<domain::UserId> user,
                         std::optional<Timestamp> expires_at) {
  if (is_left_to_others(deps_.settings, template_name, values)) return {};
  GH_TRY(auto message, rendered(template_name, address, std::move(values)));
  message.user_id = std::move(user);
  message.expires_at = expires_at;
  return tx_.mails().add(message);
}

Result<> Record::pretend_mail(const std::string& template_name, const std::string& address,
                              std::map<std::string, std::string> values) {
  GH_TRY(const auto message, rendered(template_name, address, std::move(values)));
  GH_CHECK(tx_.mails().add(message));
  return tx_.mails().remove(message.id);
}

Result<domain::MailMessage> Record::rendered(const std::string& template_name, const std::string& address,
                                             std::map<std::string, std::string> values) {
  values.emplace("time", to_rfc3339(std::chrono::floor<std::chrono::seconds>(now_)));
  values.emplace("ip", request_.ip.empty() ? "unknown" : request_.ip);
  values.emplace("device", domain::device_name(request_.user_agent));
  GH_TRY(auto rendered, deps_.mail_renderer.render(template_name, values));
  domain::MailMessage message;
  message.id = domain::MailId(new_id(now_));
  message.to = address;
  message.template_name = template_name;
  message.subject = std::move(rendered.subject);
  message.text = std::move(rendered.text);
  message.html = std::move(rendered.html);
  if (deps_.settings.has_mailbox) message.state = domain::MailState::sent;
  message.next_attempt_at = now_;
  message.created_at = now_;
  return message;
}

}  // namespace gatehouse::application
