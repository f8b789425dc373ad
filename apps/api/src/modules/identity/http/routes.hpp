#pragma once
// The whole HTTP surface, a row a route: routes.cpp is the page to read.
#include <span>
#include <vector>

#include "modules/identity/http/row.hpp"

namespace gatehouse::http {

/// The rows of the main listener; `/dev/*` among them only where `development`.
std::vector<Row> main_rows(bool development);
/// The rows of the ops listener: metrics and readiness in detail.
std::vector<Row> ops_rows();
/// Rows guarded and ready for the router. `api` must outlive the server.
std::vector<server::Route> make_routes(const Api& api, const std::vector<Row>& rows);

}  // namespace gatehouse::http
