#include "modules/identity/http/list_parameters.hpp"

#include <algorithm>

#include "domain/identity/text.hpp"
#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/application/admin_reports.hpp"
#include "modules/identity/application/cursor.hpp"

namespace gatehouse::http {
namespace {

namespace json = boost::json;
constexpr std::size_t kLongestReason = 500;

}  // namespace

std::string list_scope(std::string_view list, std::initializer_list<std::optional<std::string>> filters) {
  std::string scope(list);
  // Lengths keep one filter's text from reading as two.
  for (const auto& filter : filters)
    scope += filter ? '\n' + std::to_string(filter->size()) + ':' + *filter : std::string("\n-");
  return scope;
}

Result<int> read_limit(const std::optional<std::int64_t>& limit, int usual, int most) {
  if (!limit) return usual;
  if (*limit < 1 || *limit > most)
    return fail_field(ErrorCode::invalid_request, "limit", "out_of_range", "limit is 1 to " + std::to_string(most));
  return static_cast<int>(*limit);
}

Result<ports::PageRequest> page_request(const Api& api, const ListQuery& query, std::string_view scope) {
  ports::PageRequest page;
  GH_TRY(page.limit, read_limit(query.limit));
  GH_TRY(page.after, application::read_cursor(api.deps, scope, query.cursor));
  return page;
}

json::object list_json(const Api& api, json::array items, std::string_view scope,
                       const std::optional<std::string>& next) {
  return {{"items", std::move(items)},
          {"next_cursor", application::text_or_null(application::make_cursor(api.deps, scope, next))}};
}

json::object list_json(const Api& api, json::array items, std::string_view scope,
                       const std::optional<std::string>& next, const ports::Total& total) {
  auto list = list_json(api, std::move(items), scope, next);
  list["total"] = application::total_json(total);
  return list;
}

json::object whole_list_json(json::array items) { return {{"items", std::move(items)}, {"next_cursor", nullptr}}; }

Result<std::optional<Timestamp>> read_time(std::string_view name, const std::optional<std::string>& text) {
  if (!text) return std::optional<Timestamp>();
  const auto time = from_rfc3339(*text);
  if (!time) return fail_field(ErrorCode::invalid_request, std::string(name), "invalid", "give a time as RFC 3339");
  return time;
}

Result<> check_reason(const std::optional<std::string>& reason) {
  if (!reason) return {};
  const auto points = domain::decode_utf8(*reason);
  if (!points || points->empty() || points->size() > kLongestReason ||
      std::any_of(points->begin(), points->end(), domain::is_unprintable))
    return fail_field(ErrorCode::invalid_request, "reason", "invalid", "a reason is 1 to 500 printable characters");
  return {};
}

Result<std::string> id_param(const server::Request& request, std::string_view name) {
  std::string id(request.param(name));
  if (!is_id_text(id)) return fail(ErrorCode::not_found);
  return id;
}

}  // namespace gatehouse::http
