#include <algorithm>

#include <boost/json/array.hpp>

#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/application/admin_reports.hpp"

namespace gatehouse::application {
namespace {

namespace json = boost::json;

json::value word_or_null(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }

template <class Id>
json::value id_or_null(const std::optional<Id>& id) {
  return id ? json::value(id->str()) : json::value(nullptr);
}

bool is_built_in(const std::string& role) {
  const auto built_in = domain::built_in_roles();
  return std::any_of(built_in.begin(), built_in.end(), [&](const auto& each) { return each.name == role; });
}

}  // namespace

json::object attempt_json(const domain::LoginAttempt& attempt) {
  return {{"id", attempt.id.str()},
          {"occurred_at", to_rfc3339(attempt.occurred_at)},
          {"user_id", id_or_null(attempt.user_id)},
          {"outcome", domain::to_text(attempt.outcome)},
          {"factor", domain::to_text(attempt.factor)},
          {"reason", word_or_null(attempt.reason)},
          {"client_id", attempt.client_id},
          {"ip", attempt.ip},
          {"network", attempt.network},
          {"user_agent", attempt.user_agent},
          {"device", attempt.device},
          {"known_device", attempt.device_id.has_value()},
          {"latency_ms", static_cast<double>(attempt.latency.count()) / 1000.0},
          {"risk",
           {{"level", domain::to_text(attempt.risk_level)},
            {"score", attempt.risk_score},
            {"reasons", text_array(attempt.risk_reasons)}}},
          {"request_id", word_or_null(attempt.request_id)}};
}

json::object mail_json(const domain::MailMessage& mail) {
  const bool waits = mail.state == domain::MailState::queued;
  return {{"id", mail.id.str()},
          {"user_id", id_or_null(mail.user_id)},
          {"to", mail.to},
          {"template", mail.template_name},
          {"subject", mail.subject},
          {"state", domain::to_text(mail.state)},
          {"attempts", mail.attempts},
          {"provider_id", text_or_null(mail.provider_id)},
          {"last_error", text_or_null(mail.last_error)},
          {"next_attempt_at", waits ? json::value(to_rfc3339(mail.next_attempt_at)) : json::value(nullptr)},
          {"created_at", to_rfc3339(mail.created_at)}};
}

json::object role_json(const Settings& settings, const std::string& role) {
  const auto* declared = settings.roles.find(role);
  const auto& grantable = settings.grantable_roles;
  return {{"name", role},
          {"permissions", text_array(declared == nullptr ? std::vector<std::string>() : declared->permissions)},
          {"inherits", text_array(declared == nullptr ? std::vector<std::string>() : declared->inherits)},
          {"effective_permissions", text_array(settings.roles.permissions_of(role))},
          {"built_in", is_built_in(role)},
          {"grantable", std::find(grantable.begin(), grantable.end(), role) != grantable.end()}};
}

json::object total_json(const ports::Total& total) { return {{"value", total.value}, {"exact", total.exact}}; }

json::object stats_json(const Stats& stats) {
  return {{"users",
           {{"all", total_json(stats.users.all)},
            {"active", total_json(stats.users.active)},
            {"disabled", total_json(stats.users.disabled)},
            {"pending_deletion", total_json(stats.users.pending_deletion)},
            {"with_second_factor", total_json(stats.users.with_second_factor)}}},
          {"sessions", {{"live", total_json(stats.live_sessions)}}},
          {"sign_ins_24h", {{"succeeded", total_json(stats.signed_in)}, {"failed", total_json(stats.failed)}}},
          {"mails_queued", stats.mails_queued},
          {"events_unpublished", stats.events_unpublished}};
}

}  // namespace gatehouse::application
