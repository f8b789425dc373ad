#pragma once
// Row: one line of the route table (routes.cpp): method, path, who may call, lane, handler. The access level decides
// the handler's type: a story that needs a caller can only be put into a row that proves one, so what is forgotten is
// refused by the compiler.
#include <optional>
#include <string_view>
#include <variant>

#include "modules/identity/application/caller.hpp"
#include "modules/identity/http/api.hpp"
#include "server/route.hpp"

namespace gatehouse::http {

/// Who may call.
enum class Access {
  open,     ///< anybody
  reader,   ///< a session, or an access token whose session is live
  session,  ///< the session itself
  step_up,  ///< the session itself, proved within the last 15 minutes at the account's highest level
  service,  ///< a service key with the permission
  staff,    ///< a session or a service key with the permission
};

using OpenStory = Result<server::Response> (*)(const Api&, const server::Request&);
using CallerStory = Result<server::Response> (*)(const Api&, const server::Request&, const application::Caller&);
using LaterStory = bool (*)(const Api&, const server::Request&, server::LaterAnswer);
using FastStory = std::optional<server::Response> (*)(const Api&, const server::Request&);

struct Row {
  std::string_view method;
  std::string_view pattern;
  Access access = Access::open;
  std::string_view permission;  ///< of service and staff rows
  server::Lane lane = server::Lane::store;
  std::variant<OpenStory, CallerStory> story;
  FastStory fast = nullptr;
  LaterStory later = nullptr;
  std::string_view media_types = server::kJson;
  std::string_view cache_control = server::kNoStore;
  server::Cors cors = server::Cors::clients;
  server::Reach reach = server::Reach::everywhere;
  server::Mount mount = server::Mount::base;
  bool recent = false;      ///< besides, a person must have proved themselves recently (step-up)
  bool idempotent = false;  ///< honours Idempotency-Key

  // Changes to one row, for the few that differ.
  Row answered_fast(FastStory by) const {
    return with([&](Row& row) { row.fast = by; });
  }
  Row answered_later(LaterStory by) const {
    return with([&](Row& row) { row.later = by; });
  }
  Row taking(std::string_view types) const {
    return with([&](Row& row) { row.media_types = types; });
  }
  Row cached(std::string_view control) const {
    return with([&](Row& row) { row.cache_control = control; });
  }
  Row recently_proved() const {
    return with([](Row& row) { row.recent = true; });
  }
  Row once_per_key() const {
    return with([](Row& row) { row.idempotent = true; });
  }
  Row from_anywhere() const {
    return with([](Row& row) { row.cors = server::Cors::any; });
  }
  Row at_root() const {
    return with([](Row& row) { row.mount = server::Mount::root; });
  }
  Row in_development() const {
    return with([](Row& row) { row.reach = server::Reach::development; });
  }

 private:
  template <class F>
  Row with(F&& change) const {
    Row row = *this;
    change(row);
    return row;
  }
};

inline Row open(std::string_view method, std::string_view pattern, server::Lane lane, OpenStory story) {
  return {method, pattern, Access::open, {}, lane, story};
}
inline Row reader(std::string_view method, std::string_view pattern, server::Lane lane, CallerStory story) {
  return {method, pattern, Access::reader, {}, lane, story};
}
inline Row session(std::string_view method, std::string_view pattern, server::Lane lane, CallerStory story) {
  return {method, pattern, Access::session, {}, lane, story};
}
inline Row step_up(std::string_view method, std::string_view pattern, server::Lane lane, CallerStory story) {
  return {method, pattern, Access::step_up, {}, lane, story};
}
inline Row service(std::string_view method, std::string_view pattern, std::string_view permission, server::Lane lane,
                   CallerStory story) {
  return {method, pattern, Access::service, permission, lane, story};
}
inline Row staff(std::string_view method, std::string_view pattern, std::string_view permission, server::Lane lane,
                 CallerStory story) {
  return {method, pattern, Access::staff, permission, lane, story};
}

}  // namespace gatehouse::http
