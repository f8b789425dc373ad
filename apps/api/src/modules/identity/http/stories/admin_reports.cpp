#include "modules/identity/application/admin_reports.hpp"

#include <algorithm>

#include <boost/json/serialize.hpp>

#include "modules/identity/application/audit_json.hpp"
#include "modules/identity/application/cursor.hpp"
#include "modules/identity/http/credentials.hpp"
#include "modules/identity/http/list_parameters.hpp"
#include "modules/identity/http/stories/admin_stories.hpp"
#include "server/json_body.hpp"
#include "server/text.hpp"

namespace gatehouse::http {
namespace {

namespace json = boost::json;
using application::Caller;

constexpr std::string_view kNdjson = "application/x-ndjson";

struct AuditQuery : ListQuery {
  std::optional<std::string> actor_id, subject_id, action, request_id, from, to;
};
BOOST_DESCRIBE_STRUCT(AuditQuery, (ListQuery), (actor_id, subject_id, action, request_id, from, to))

struct AttemptListQuery : ListQuery {
  std::optional<std::string> user_id, email, network, outcome, from, to;
};
BOOST_DESCRIBE_STRUCT(AttemptListQuery, (ListQuery), (user_id, email, network, outcome, from, to))

struct MailListQuery : ListQuery {
  std::optional<std::string> user_id, to, state;
};
BOOST_DESCRIBE_STRUCT(MailListQuery, (ListQuery), (user_id, to, state))

bool wants_ndjson(const server::Request& request) {
  const auto accept = request.header("Accept");
  return accept && server::lower(*accept).find(kNdjson) != std::string::npos;
}

template <class State>
Result<std::optional<State>> named(std::string_view field, const std::optional<std::string>& text) {
  if (!text) return std::optional<State>();
  const auto state = domain::from_text<State>(*text);
  if (!state)
    return fail_field(ErrorCode::invalid_request, std::string(field), "unknown", "`" + *text + "` is none of them");
  return state;
}

/// The query without its cursor.
std::string without_cursor(std::string_view query) {
  std::string rest;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto part = query.substr(0, end);
    if (!part.empty() && !part.starts_with("cursor=")) rest += '&' + std::string(part);
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return rest;
}

/// Every matching row as a line. Past the bound of one answer, Link (RFC 8288) leads on.
Result<server::Response> audit_lines(const Api& api, const server::Request& request, const Caller& caller,
                                     const ports::AuditFilter& filter, const ports::PageRequest& page,
                                     std::string_view scope) {
  GH_TRY(const auto info, request_info(api, request));
  GH_TRY(const auto rows, application::export_audit(api.deps, caller, filter, page.after, info));
  std::string lines;
  for (const auto& row : rows.items) lines += json::serialize(application::audit_json(row)) + '\n';
  auto response = server::Response::text(200, std::string(kNdjson), std::move(lines));
  if (const auto cursor = application::make_cursor(api.deps, scope, rows.next))
    response.header("Link", "<" + api.deps.settings.public_url + "/v1/admin/audit?cursor=" + *cursor +
                                without_cursor(request.query) + ">; rel=\"next\"");
  return response;
}

}  // namespace

Result<server::Response> list_audit(const Api& api, const server::Request& request, const Caller& caller) {
  GH_TRY(const auto query, server::read_query<AuditQuery>(request));
  ports::AuditFilter filter;
  filter.actor_id = query.actor_id;
  filter.subject_id = query.subject_id;
  filter.action = query.action;
  filter.request_id = query.request_id;
  GH_TRY(filter.from, read_time("from", query.from));
  GH_TRY(filter.to, read_time("to", query.to));
  const auto scope =
      list_scope("audit", {query.actor_id, query.subject_id, query.action, query.request_id, query.from, query.to});
  GH_TRY(const auto page, page_request(api, query, scope));
  if (wants_ndjson(request)) return audit_lines(api, request, caller, filter, page, scope);
  GH_TRY(const auto found, application::list_audit(api.deps, caller, filter, page));
  json::array items;
  for (const auto& row : found.page.items) items.push_back(application::audit_json(row));
  return server::Response::json(200, list_json(api, std::move(items), scope, found.page.next, found.total));
}

Result<server::Response> list_login_attempts(const Api& api, const server::Request& request, const Caller& caller) {
  GH_TRY(const auto query, server::read_query<AttemptListQuery>(request));
  application::AttemptQuery wanted;
  wanted.user_id = query.user_id;
  wanted.email = query.email;
  wanted.network = query.network;
  GH_TRY(wanted.outcome, named<domain::AttemptOutcome>("outcome", query.outcome));
  GH_TRY(wanted.from, read_time("from", query.from));
  GH_TRY(wanted.to, read_time("to", query.to));
  const auto scope =
      list_scope("login-attempts", {query.user_id, query.email, query.network, query.outcome, query.from, query.to});
  GH_TRY(const auto page, page_request(api, query, scope));
  GH_TRY(const auto found, application::list_login_attempts(api.deps, caller, wanted, page));
  json::array items;
  for (const auto& attempt : found.page.items) items.push_back(application::attempt_json(attempt));
  return server::Response::json(200, list_json(api, std::move(items), scope, found.page.next, found.total));
}

Result<server::Response> list_mails(const Api& api, const server::Request& request, const Caller& caller) {
  GH_TRY(const auto query, server::read_query<MailListQuery>(request));
  ports::MailFilter filter;
  if (query.user_id) filter.user_id = domain::UserId(*query.user_id);
  filter.to = query.to;
  GH_TRY(filter.state, named<domain::MailState>("state", query.state));
  const auto scope = list_scope("mails", {query.user_id, query.to, query.state});
  GH_TRY(const auto page, page_request(api, query, scope));
  GH_TRY(const auto found, application::list_mails(api.deps, caller, filter, page));
  json::array items;
  for (const auto& mail : found.page.items) items.push_back(application::mail_json(mail));
  return server::Response::json(200, list_json(api, std::move(items), scope, found.page.next, found.total));
}

Result<server::Response> get_stats(const Api& api, const server::Request&, const Caller& caller) {
  GH_TRY(const auto stats, application::read_stats(api.deps, caller));
  return server::Response::json(200, application::stats_json(stats));
}

}  // namespace gatehouse::http
