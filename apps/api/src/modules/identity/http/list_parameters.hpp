#pragma once
// What every list takes and gives: `?cursor=&limit=`, and `{"items":[…],"next_cursor":…|null}`, with a total where the
// list has one. A query struct of a list derives from ListQuery. Cursors are bound to the list and its filters.
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include <boost/describe.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "modules/identity/http/api.hpp"
#include "modules/identity/ports/page.hpp"
#include "server/request.hpp"

namespace gatehouse::http {

struct ListQuery {
  std::optional<std::string> cursor;
  std::optional<std::int64_t> limit;
};
BOOST_DESCRIBE_STRUCT(ListQuery, (), (cursor, limit))

/// The name of a list with its filters, which its cursors are bound to. Filters in a fixed order; absent ones count.
std::string list_scope(std::string_view list, std::initializer_list<std::optional<std::string>> filters = {});

/// `limit` within 1 and `most`, or `usual` where it was left out. Returns `invalid_request`.
Result<int> read_limit(const std::optional<std::int64_t>& limit, int usual = 50, int most = 200);

/// Returns `invalid_request` (limit) or `invalid_cursor`.
Result<ports::PageRequest> page_request(const Api& api, const ListQuery& query, std::string_view scope);

/// `{"items":…,"next_cursor":…}`, the position made a cursor.
boost::json::object list_json(const Api& api, boost::json::array items, std::string_view scope,
                              const std::optional<std::string>& next);
/// The same with a total.
boost::json::object list_json(const Api& api, boost::json::array items, std::string_view scope,
                              const std::optional<std::string>& next, const ports::Total& total);
/// A list that is always whole.
boost::json::object whole_list_json(boost::json::array items);

/// A time of a query, as RFC 3339. Returns `invalid_request`.
Result<std::optional<Timestamp>> read_time(std::string_view name, const std::optional<std::string>& text);

/// Why somebody does it: 1 to 500 printable characters, where given. Returns `invalid_request`, field `reason`.
Result<> check_reason(const std::optional<std::string>& reason);

/// The id in the path. Returns `not_found` for a text that is none.
Result<std::string> id_param(const server::Request& request, std::string_view name);

}  // namespace gatehouse::http
