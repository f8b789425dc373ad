#include "adapters/mail/resend/resend_provider.hpp"

#include <set>
#include <utility>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "adapters/mail/text_layout.hpp"

namespace gatehouse::adapters::mail {
namespace {

namespace json = boost::json;
using ports::MailFailure;

std::string member(const json::value& value, std::string_view name) {
  const auto* object = value.if_object();
  const auto* found = object == nullptr ? nullptr : object->if_contains(name);
  const auto* text = found == nullptr ? nullptr : found->if_string();
  return text == nullptr ? std::string() : std::string(*text);
}

// The same message always gives the same bytes: another body under the same key would be refused.
std::string body_of(const domain::MailMessage& message, const Mailbox& from) {
  return json::serialize(
      json::object{{"from", from.name.empty() ? from.address : from.name + " <" + from.address + ">"},
                   {"to", json::array{message.to}},
                   {"subject", message.subject},
                   {"html", message.html},
                   {"text", message.text},
                   // Reports bring tags back: by ours a report finds its row even before we heard Resend's id.
                   {"tags", json::array{json::object{{"name", "template"}, {"value", message.template_name}},
                                        json::object{{"name", "mail_id"}, {"value", message.id.str()}}}}});
}

MailFailure failure_of(int status, const std::string& name) {
  static const std::set<std::string, std::less<>> kWaitForAPerson{
      "daily_quota_exceeded", "monthly_quota_exceeded", "missing_api_key", "restricted_api_key", "invalid_api_key"};
  if (kWaitForAPerson.contains(name)) return MailFailure::park;
  if (name == "concurrent_idempotent_requests" || status == 408 || status == 429 || status >= 500)
    return MailFailure::retry;
  // 401 and 403 without a known name: a proxy or a key; either way not the message's fault.
  if (status == 401 || (status == 403 && name.empty())) return MailFailure::park;
  return MailFailure::permanent;
}

}  // namespace

ports::MailDelivery read_resend_answer(const net::HttpResponse& response) {
  ports::MailDelivery delivery;
  boost::system::error_code malformed;
  const json::value body = json::parse(response.body, malformed);
  if (response.status >= 200 && response.status < 300) {
    delivery.provider_id = malformed ? std::string() : member(body, "id");
    delivery.accepted = !delivery.provider_id.empty();
    if (!delivery.accepted) delivery.error = "Resend accepted it without an id";
    return delivery;
  }
  const std::string name = malformed ? std::string() : member(body, "name");
  delivery.failure = failure_of(response.status, name);
  delivery.retry_after = response.retry_after();
  delivery.error = one_line("Resend " + std::to_string(response.status) + " " + name + ": " +
                                (malformed ? std::string("no JSON") : member(body, "message")),
                            300);
  return delivery;
}

ResendProvider::ResendProvider(ResendSettings settings) : settings_(std::move(settings)), http_(settings_.http) {}

net::HttpHeaders ResendProvider::headers() const {
  return {{"Authorization", "Bearer " + settings_.api_key.expose()}, {"Accept", "application/json"}};
}

ports::MailDelivery ResendProvider::deliver(const domain::MailMessage& message) {
  net::HttpRequest request;
  request.method = "POST";
  request.url = settings_.base_url + "/emails";
  request.headers = headers();
  request.headers.emplace_back("Content-Type", "application/json");
  request.headers.emplace_back("Idempotency-Key", message.id.str());
  request.body = body_of(message, settings_.from);
  const auto response = http_.send(request);
  if (response) return read_resend_answer(*response);
  ports::MailDelivery delivery;
  delivery.failure = MailFailure::retry;
  delivery.error = response.error().cause;
  return delivery;
}

Result<> ResendProvider::check() {
  const auto response = http_.send({"GET", settings_.base_url + "/domains", headers()});
  if (!response) return unavailable(response.error().cause);
  if (response->status < 300) return {};
  boost::system::error_code malformed;
  const json::value body = json::parse(response->body, malformed);
  const std::string name = malformed ? std::string() : member(body, "name");
  if (name == "restricted_api_key") return {};
  return unavailable("Resend answers " + std::to_string(response->status) + " " + one_line(name, 100));
}

}  // namespace gatehouse::adapters::mail
