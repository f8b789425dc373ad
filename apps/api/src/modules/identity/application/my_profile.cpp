#include "modules/identity/application/my_profile.hpp"

#include "domain/identity/profile_policy.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/application/end_sessions.hpp"
#include "modules/identity/application/record.hpp"

namespace gatehouse::application {
namespace {

namespace json = boost::json;

Result<> check(const ProfileChange& change) {
  if (change.name && *change.name) GH_CHECK(domain::check_name(**change.name));
  if (change.locale && *change.locale) GH_CHECK(domain::check_locale(**change.locale));
  if (change.picture && *change.picture) GH_CHECK(domain::check_picture(**change.picture));
  return {};
}

/// Sets what differs; the data of identity.user.updated, whose `changed` is empty where nothing did.
json::object apply(const ProfileChange& change, domain::User& user) {
  json::array changed;
  json::object data{{"user_id", user.id.str()}};
  const auto set = [&](const char* name, const std::optional<std::optional<std::string>>& wanted,
                       std::optional<std::string>& member) {
    if (!wanted || *wanted == member) return;
    member = *wanted;
    changed.push_back(json::value(name));
    data[name] = text_or_null(member);
  };
  set("name", change.name, user.name);
  set("locale", change.locale, user.locale);
  set("picture", change.picture, user.picture);
  data["changed"] = std::move(changed);
  return data;
}

}  // namespace

Result<UserView> my_profile(const Dependencies& deps, const Caller& caller) {
  const Timestamp now = deps.clock.now();
  return deps.store.read([&](ports::Tx& tx) -> Result<UserView> {
    GH_TRY(auto user, tx.users().get(caller.user_id()));
    return view_user(tx, std::move(user), now);
  });
}

Result<UserView> change_my_profile(const Dependencies& deps, const Caller& caller, const ProfileChange& change,
                                   const ExpectedVersion& expected, const RequestInfo& request) {
  GH_CHECK(check(change));
  const Timestamp now = deps.clock.now();
  GH_TRY(auto view, deps.store.write([&](ports::Tx& tx) -> Result<UserView> {
    GH_TRY(auto user, tx.users().get(caller.user_id()));
    GH_CHECK(check_version(expected, user.version));
    auto data = apply(change, user);
    if (data.at("changed").as_array().empty()) return view_user(tx, std::move(user), now);
    user.updated_at = now;
    GH_CHECK(tx.users().save(user));
    Record record(tx, deps, request, now);
    GH_CHECK(record.audit(by(caller), domain::audit_actions::kUserUpdated, user.id,
                          {.details = {{"changed", data.at("changed")}}}));
    GH_CHECK(record.event(domain::topics::kUserUpdated, user.id, std::move(data)));
    GH_CHECK(note_user_changed(tx, user.id, now));
    return view_user(tx, std::move(user), now);
  }));
  deps.session_map.drop_user(caller.user_id());
  deps.wake();
  return view;
}

}  // namespace gatehouse::application
