#pragma once
// Cursors of lists: where the next page begins, signed with a key of the installation, so that replicas agree on them
// and a forged one is refused. A cursor belongs to the list and the filters it came from; with others it is worthless.
#include <optional>
#include <string>
#include <string_view>

#include "modules/identity/application/dependencies.hpp"

namespace gatehouse::application {

/// The cursor for a position; none at the end. `scope` names the list and its filters.
std::optional<std::string> make_cursor(const Dependencies& deps, std::string_view scope,
                                       const std::optional<std::string>& position);

/// The position of a cursor; none where none was sent. Returns `invalid_cursor` for one that is forged, altered, or of
/// another list or other filters.
Result<std::optional<std::string>> read_cursor(const Dependencies& deps, std::string_view scope,
                                               const std::optional<std::string>& cursor);

}  // namespace gatehouse::application
