#include <charconv>

#include "modules/identity/application/cloud_event.hpp"
#include "modules/identity/application/cursor.hpp"
#include "modules/identity/application/feeds.hpp"
#include "modules/identity/application/introspect.hpp"
#include "modules/identity/http/list_parameters.hpp"
#include "modules/identity/http/stories/platform_stories.hpp"
#include "server/json_body.hpp"

namespace gatehouse::http {
namespace {

namespace json = boost::json;
using application::Caller;

constexpr int kFeedUsual = 200;
constexpr int kFeedMost = 1000;
constexpr std::int64_t kLongestWait = 30;
/// What another process wrote wakes nobody here, so a waiting call looks again by itself.
constexpr std::chrono::milliseconds kLookAgainForNext{250};
constexpr std::string_view kRevocations = "revocations";

struct IntrospectBody {
  std::string token;
  std::optional<std::string> token_type_hint;
};
BOOST_DESCRIBE_STRUCT(IntrospectBody, (), (token, token_type_hint))

struct RevocationQuery : ListQuery {
  std::optional<std::int64_t> wait;
};
BOOST_DESCRIBE_STRUCT(RevocationQuery, (ListQuery), (wait))

struct EventQuery {
  std::optional<std::string> after, topic;
  std::optional<std::int64_t> wait, limit;
};
BOOST_DESCRIBE_STRUCT(EventQuery, (), (after, topic, wait, limit))

Result<std::chrono::seconds> patience_of(const std::optional<std::int64_t>& wait) {
  if (wait && (*wait < 0 || *wait > kLongestWait))
    return fail_field(ErrorCode::invalid_request, "wait", "out_of_range", "wait is 0 to 30 seconds");
  return std::chrono::seconds(wait.value_or(0));
}

bool may_wait(const server::Request& request, std::chrono::seconds patience) {
  return !request.last_call && std::chrono::steady_clock::now() < request.received_at + patience;
}

Result<std::int64_t> number_of(const std::string& text, Failure otherwise) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return otherwise;
  return number;
}

}  // namespace

Result<server::Response> introspect(const Api& api, const server::Request& request, const Caller& caller) {
  GH_TRY(const auto body, server::is_form(request) ? server::read_form<IntrospectBody>(request)
                                                   : server::read_body<IntrospectBody>(request));
  GH_TRY(const auto answer, application::introspect(api.deps, caller, body.token));
  return server::Response::json(200, answer);
}

Result<server::Response> list_revocations(const Api& api, const server::Request& request, const Caller&) {
  GH_TRY(const auto query, server::read_query<RevocationQuery>(request));
  GH_TRY(const auto patience, patience_of(query.wait));
  GH_TRY(const int limit, read_limit(query.limit, kFeedUsual, kFeedMost));
  GH_TRY(const auto position, application::read_cursor(api.deps, kRevocations, query.cursor));
  GH_TRY(std::int64_t last, number_of(position.value_or("0"), fail(ErrorCode::invalid_cursor)));
  GH_TRY(const auto endings, application::read_revocations(api.deps, last, limit));
  if (endings.empty() && may_wait(request, patience)) return server::Response::wait(kLookAgainForNext);
  json::array items;
  for (const auto& ending : endings) items.push_back(application::revocation_json(ending));
  if (!endings.empty()) last = endings.back().sequence;
  return server::Response::json(200, list_json(api, std::move(items), kRevocations, std::to_string(last)));
}

Result<server::Response> list_events(const Api& api, const server::Request& request, const Caller&) {
  GH_TRY(const auto query, server::read_query<EventQuery>(request));
  GH_TRY(const auto patience, patience_of(query.wait));
  GH_TRY(const int limit, read_limit(query.limit, kFeedUsual, kFeedMost));
  GH_TRY(std::int64_t last,
         number_of(query.after.value_or("0"), fail_field(ErrorCode::invalid_request, "after", "invalid",
                                                         "after is the sequence of the last event seen")));
  const std::string topic = query.topic.value_or("");
  if (query.topic && application::dataschema_of(topic).empty())
    return fail_field(ErrorCode::invalid_request, "topic", "unknown", "there is no topic `" + topic + "`");
  GH_TRY(const auto events, application::read_events(api.deps, last, topic, limit));
  if (events.empty() && may_wait(request, patience)) return server::Response::wait(kLookAgainForNext);
  json::array items;
  for (const auto& event : events) items.push_back(application::cloud_event(api.deps.settings.issuer, event));
  if (!events.empty()) last = events.back().sequence.value_or(last);
  return server::Response::json(
      200, json::object{{"items", std::move(items)}, {"next_after", application::sequence_text(last)}});
}

}  // namespace gatehouse::http
