#include "modules/identity/application/cursor.hpp"

#include "auth/signed_text.hpp"

namespace gatehouse::application {
namespace {

Secret<std::string> cursor_key(const Dependencies& deps) {
  return Secret<std::string>(deps.cipher.keyed_hash("cursor", "key"));
}

}  // namespace

std::optional<std::string> make_cursor(const Dependencies& deps, std::string_view scope,
                                       const std::optional<std::string>& position) {
  if (!position) return std::nullopt;
  return auth::sign_text(cursor_key(deps), scope, *position);
}

Result<std::optional<std::string>> read_cursor(const Dependencies& deps, std::string_view scope,
                                               const std::optional<std::string>& cursor) {
  if (!cursor) return std::optional<std::string>();
  GH_TRY(auto position, auth::open_text(cursor_key(deps), scope, *cursor));
  return std::optional(std::move(position));
}

}  // namespace gatehouse::application
