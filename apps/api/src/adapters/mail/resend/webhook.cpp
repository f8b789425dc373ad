#include "adapters/mail/resend/webhook.hpp"

#include <charconv>
#include <cstdint>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "adapters/mail/text_layout.hpp"
#include "auth/crypto/constant_time.hpp"
#include "auth/crypto/digest.hpp"
#include "auth/encoding.hpp"

namespace gatehouse::adapters::mail {
namespace {

namespace json = boost::json;
using domain::MailState;

constexpr std::string_view kSecretPrefix = "whsec_";
constexpr std::size_t kMaxReason = 300;

std::optional<Timestamp> read_time(std::string_view text) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  // Beyond the year 9999 lies only arithmetic overflow.
  if (error != std::errc() || end != text.data() + text.size() || seconds < 0 || seconds > 253'402'300'799)
    return std::nullopt;
  return from_unix_seconds(seconds);
}

const json::value* at(const json::object& object, std::string_view name) { return object.if_contains(name); }

std::string text_at(const json::object& object, std::string_view name) {
  const auto* found = at(object, name);
  const auto* text = found == nullptr ? nullptr : found->if_string();
  return text == nullptr ? std::string() : one_line(std::string_view(*text), kMaxReason);
}

const json::object& object_at(const json::object& object, std::string_view name) {
  static const json::object kNone;
  const auto* found = at(object, name);
  const auto* inner = found == nullptr ? nullptr : found->if_object();
  return inner == nullptr ? kNone : *inner;
}

void read_meaning(const std::string& type, const json::object& data, ports::MailFeedback& feedback) {
  if (type == "email.sent") {
    feedback.state = MailState::sent;
  } else if (type == "email.delivered") {
    feedback.state = MailState::delivered;
  } else if (type == "email.delivery_delayed") {
    feedback.reason = "delivery is delayed";
  } else if (type == "email.complained") {
    feedback.state = MailState::complained;
    feedback.address_is_bad = true;
    feedback.reason = "marked as spam";
  } else if (type == "email.bounced") {
    const auto& bounce = object_at(data, "bounce");
    feedback.state = MailState::bounced;
    feedback.address_is_bad = text_at(bounce, "type") == "Permanent";
    feedback.reason = one_line(
        text_at(bounce, "type") + " " + text_at(bounce, "subType") + ": " + text_at(bounce, "message"), kMaxReason);
  } else if (type == "email.suppressed") {
    const auto& suppressed = object_at(data, "suppressed");
    feedback.state = MailState::bounced;
    feedback.address_is_bad = true;
    feedback.reason = one_line("suppressed: " + text_at(suppressed, "reason"), kMaxReason);
  } else if (type == "email.failed") {
    feedback.state = MailState::failed;
    feedback.reason = text_at(object_at(data, "failed"), "reason");
  }
}

}  // namespace

bool is_genuine_report(const Secret<std::string>& secret, const ports::MailReport& report, Timestamp now,
                       Duration tolerance) {
  if (!secret.expose().starts_with(kSecretPrefix) || report.id.empty()) return false;
  const auto decoded = auth::base64_decode(std::string_view(secret.expose()).substr(kSecretPrefix.size()));
  const auto time = read_time(report.timestamp);
  if (!decoded || decoded->empty() || !time) return false;
  if (*time > now + tolerance || *time < now - tolerance) return false;
  const Secret<std::string> key(*decoded);
  const std::string wanted = auth::hmac_sha256(key.expose(), report.id + "." + report.timestamp + "." + report.body);
  std::string_view rest = report.signature;
  bool genuine = false;
  while (!rest.empty()) {
    const auto end = rest.find(' ');
    const std::string_view one = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (!one.starts_with("v1,")) continue;
    const auto given = auth::base64_decode(one.substr(3));
    genuine = genuine || (given && auth::equal_in_constant_time(*given, wanted));
  }
  return genuine;
}

Result<ports::MailFeedback> ResendFeedbackReader::read(const ports::MailReport& report, Timestamp now) const {
  if (!is_genuine_report(secret_, report, now))
    return fail(ErrorCode::forbidden, "The report's signature is not right.", "webhook signature or time");
  boost::system::error_code malformed;
  const json::value body = json::parse(report.body, malformed);
  const auto* object = malformed ? nullptr : body.if_object();
  if (object == nullptr) return fail(ErrorCode::invalid_json, "The report is no JSON object.");
  const auto& data = object_at(*object, "data");
  ports::MailFeedback feedback;
  feedback.report_id = report.id;
  feedback.provider_id = text_at(data, "email_id");
  if (auto ours = text_at(object_at(data, "tags"), "mail_id"); !ours.empty())
    feedback.mail_id = domain::MailId(std::move(ours));
  read_meaning(text_at(*object, "type"), data, feedback);
  return feedback;
}

}  // namespace gatehouse::adapters::mail
