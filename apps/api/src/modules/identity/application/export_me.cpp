#include "modules/identity/application/export_me.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/application/my_factors.hpp"
#include "modules/identity/application/record.hpp"
#include "modules/identity/application/user_view.hpp"

namespace gatehouse::application {
namespace {

namespace json = boost::json;
constexpr std::size_t kMostRows = 10'000;

/// All pages of a list, through `row`, which may leave one out.
template <class List, class Row>
Result<json::array> collect(List&& list, Row&& row) {
  json::array rows;
  ports::PageRequest page{.limit = 200, .after = {}};
  do {
    GH_TRY(const auto found, list(page));
    for (const auto& item : found.items)
      if (auto made = row(item)) rows.push_back(std::move(*made));
    page.after = found.next;
  } while (page.after && rows.size() < kMostRows);
  return rows;
}

Result<json::array> sessions_of(ports::Tx& tx, const Caller& caller, Timestamp now) {
  json::array rows;
  GH_TRY(const auto sessions, tx.sessions().list(caller.user_id(), now));
  for (const auto& session : sessions) rows.push_back(session_json(session, session.id == caller.session_id()));
  return rows;
}

Result<json::array> devices_of(ports::Tx& tx, const domain::UserId& user) {
  json::array rows;
  GH_TRY(const auto devices, tx.devices().list(user));
  for (const auto& device : devices) {
    rows.push_back(json::object{{"id", device.id.str()},
                                {"name", device.name},
                                {"user_agent", device.user_agent},
                                {"network", device.network},
                                {"created_at", to_rfc3339(device.created_at)},
                                {"last_seen_at", to_rfc3339(device.last_seen_at)}});
  }
  return rows;
}

Result<json::array> factors_of(ports::Tx& tx, const domain::UserId& user) {
  json::array rows;
  GH_TRY(const auto status, read_factors(tx, user));
  if (status.totp_since)
    rows.push_back(json::object{{"type", "totp"}, {"enrolled_at", to_rfc3339(*status.totp_since)}});
  if (status.backup_codes_since) {
    rows.push_back(json::object{{"type", "backup_code"},
                                {"enrolled_at", to_rfc3339(*status.backup_codes_since)},
                                {"left", status.backup_codes_left}});
  }
  return rows;
}

Result<json::array> roles_of(ports::Tx& tx, const domain::UserId& user) {
  json::array rows;
  GH_TRY(const auto roles, tx.roles().list_all(user));
  for (const auto& role : roles) {
    rows.push_back(json::object{{"role", role.role},
                                {"created_at", to_rfc3339(role.created_at)},
                                {"expires_at", time_or_null(role.expires_at)}});
  }
  return rows;
}

Result<json::array> sign_ins_of(ports::Tx& tx, const domain::UserId& user) {
  ports::AttemptFilter filter;
  filter.user_id = user;
  return collect([&](const ports::PageRequest& page) { return tx.attempts().list(filter, page); },
                 [](const domain::LoginAttempt& attempt) {
                   return std::optional<json::value>(json::object{{"occurred_at", to_rfc3339(attempt.occurred_at)},
                                                                  {"outcome", domain::to_text(attempt.outcome)},
                                                                  {"factor", domain::to_text(attempt.factor)},
                                                                  {"client_id", attempt.client_id},
                                                                  {"ip", attempt.ip},
                                                                  {"user_agent", attempt.user_agent},
                                                                  {"device", attempt.device}});
                 });
}

/// What the audit log says of the person, without what is not theirs to read.
std::optional<json::value> activity(const domain::AuditEntry& entry, const domain::UserId& user) {
  if (entry.action.starts_with("compliance.") || entry.action.starts_with("admin.") ||
      entry.action == domain::audit_actions::kSignInSuspicious)
    return std::nullopt;
  const bool own = entry.actor_type == domain::ActorType::user && entry.actor_id == user.str();
  json::object row{{"occurred_at", to_rfc3339(entry.occurred_at)},
                   {"action", entry.action},
                   {"outcome", domain::to_text(entry.outcome)},
                   {"by", own                                                ? "you"
                          : entry.actor_type == domain::ActorType::anonymous ? "anonymous"
                          : entry.actor_type == domain::ActorType::system    ? "system"
                                                                             : "service"}};
  // The network and device of somebody of the staff are not the person's data.
  if (!own && entry.actor_type != domain::ActorType::anonymous) return row;
  boost::system::error_code error;
  const json::value personal = json::parse(entry.personal.empty() ? "{}" : entry.personal, error);
  if (!error && personal.is_object())
    for (const auto& [name, value] : personal.get_object()) row[name] = value;
  return row;
}

Result<json::array> activity_of(ports::Tx& tx, const domain::UserId& user) {
  ports::AuditFilter filter;
  filter.subject_id = user.str();
  return collect([&](const ports::PageRequest& page) { return tx.audit().list(filter, page); },
                 [&](const domain::AuditEntry& entry) { return activity(entry, user); });
}

Result<json::array> mails_of(ports::Tx& tx, const domain::UserId& user) {
  ports::MailFilter filter;
  filter.user_id = user;
  return collect([&](const ports::PageRequest& page) { return tx.mails().list(filter, page); },
                 [](const domain::MailMessage& mail) {
                   return std::optional<json::value>(json::object{{"created_at", to_rfc3339(mail.created_at)},
                                                                  {"to", mail.to},
                                                                  {"template", mail.template_name},
                                                                  {"subject", mail.subject},
                                                                  {"state", domain::to_text(mail.state)}});
                 });
}

Result<json::object> gather(ports::Tx& tx, const Caller& caller, Timestamp now) {
  const domain::UserId& id = caller.user_id();
  GH_TRY(auto user, tx.users().get(id));
  GH_TRY(const auto view, view_user(tx, std::move(user), now));
  json::object user_part = user_json(view);
  for (const char* compliance : {"identity_verification", "screening"}) user_part.erase(compliance);
  json::object all{{"exported_at", to_rfc3339(now)}, {"user", std::move(user_part)}};
  json::array accounts;
  for (const auto& account : view.accounts) accounts.push_back(account_json(account));
  all["accounts"] = std::move(accounts);
  GH_TRY(all["sessions"], sessions_of(tx, caller, now));
  GH_TRY(all["devices"], devices_of(tx, id));
  GH_TRY(all["factors"], factors_of(tx, id));
  GH_TRY(all["roles"], roles_of(tx, id));
  GH_TRY(all["sign_ins"], sign_ins_of(tx, id));
  GH_TRY(all["activity"], activity_of(tx, id));
  GH_TRY(all["mails"], mails_of(tx, id));
  return all;
}

}  // namespace

Result<json::object> export_me(const Dependencies& deps, const Caller& caller, const RequestInfo& request) {
  const Timestamp now = deps.clock.now();
  GH_TRY(auto all, deps.store.read([&](ports::Tx& tx) { return gather(tx, caller, now); }));
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    Record record(tx, deps, request, now);
    return record.audit(by(caller), domain::audit_actions::kUserExported, caller.user_id());
  }));
  deps.wake();
  return all;
}

}  // namespace gatehouse::application
