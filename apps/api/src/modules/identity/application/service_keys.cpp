#include "modules/identity/application/service_keys.hpp"

#include <algorithm>
#include <set>

#include "auth/crypto/constant_time.hpp"
#include "auth/token.hpp"
#include "domain/identity/roles_and_permissions.hpp"
#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/application/record.hpp"

namespace gatehouse::application {
namespace {

using Keys = std::vector<domain::ServiceKey>;

Result<> check_declaration(const std::string& name, const std::vector<std::string>& permissions) {
  if (!domain::is_role_name(name))
    return fail_field(ErrorCode::invalid_request, "name", "invalid",
                      "a service's name is lower case letters, digits, - and _");
  for (const auto& permission : permissions)
    if (!domain::is_permission_name(permission))
      return fail_field(ErrorCode::invalid_request, "permissions", "invalid", "`" + permission + "` is no permission");
  return {};
}

Result<Keys> live_keys(ports::Tx& tx, const std::string& name, Timestamp now) {
  GH_TRY(auto keys, tx.services().list());
  std::erase_if(keys, [&](const auto& key) { return key.service != name || !key.is_live(now); });
  return keys;
}

NewServiceKey make_key(const std::string& name, std::vector<std::string> permissions,
                       const std::optional<Timestamp>& expires_at, Timestamp now) {
  NewServiceKey made;
  made.key.id = domain::ServiceKeyId(new_id(now));
  made.key.service = name;
  std::sort(permissions.begin(), permissions.end());
  permissions.erase(std::unique(permissions.begin(), permissions.end()), permissions.end());
  made.key.permissions = std::move(permissions);
  made.key.created_at = now;
  made.key.expires_at = expires_at;
  auto token = auth::new_token(auth::TokenKind::service, made.key.id.str());
  made.key.key_hash = token.hash;
  made.text = std::move(token.text);
  return made;
}

Result<> note(ports::Tx& tx, const Dependencies& deps, const By& by, std::string_view action, const std::string& name,
              const std::vector<std::string>& permissions, const RequestInfo& request, Timestamp now) {
  return Record(tx, deps, request, now)
      .audit(by, action, domain::UserId(), {.details = {{"service", name}, {"permissions", text_array(permissions)}}});
}

/// One declared key in the store, with the permissions of the configuration.
Result<> declare(ports::Tx& tx, const Dependencies& deps, const DeclaredService& service,
                 const auth::ParsedToken& parsed, Timestamp now) {
  const domain::ServiceKeyId id(parsed.id);
  GH_TRY(const auto found, tx.services().find(id));
  if (found) {
    if (!auth::equal_in_constant_time(found->key_hash, parsed.hash) || found->service != service.name)
      return fail(ErrorCode::invalid_service_key, "[services." + service.name + "] has another service's key");
    return found->permissions == service.permissions ? Result<>()
                                                     : tx.services().save_permissions(id, service.permissions);
  }
  domain::ServiceKey key;
  key.id = id;
  key.service = service.name;
  key.key_hash = parsed.hash;
  key.permissions = service.permissions;
  key.source = domain::ServiceKeySource::declared;
  key.created_at = now;
  GH_CHECK(tx.services().add(key));
  return note(tx, deps, by_system(), domain::audit_actions::kServiceKeyCreated, service.name, service.permissions, {},
              now);
}

Result<std::vector<auth::ParsedToken>> parse_keys(const std::vector<DeclaredService>& services) {
  std::vector<auth::ParsedToken> parsed;
  for (const auto& service : services) {
    auto token =
        service.key.empty() ? auth::ParsedToken{} : auth::parse_token(service.key.expose(), auth::TokenKind::service);
    if (!token)
      return fail(ErrorCode::invalid_service_key, "[services." + service.name +
                                                      "] key is no service key: make one with `gatehouse service "
                                                      "create`");
    parsed.push_back(std::move(*token));
  }
  return parsed;
}

}  // namespace

Result<NewServiceKey> create_service(const Dependencies& deps, const Caller& caller, const std::string& name,
                                     const std::vector<std::string>& permissions,
                                     const std::optional<Timestamp>& expires_at, const RequestInfo& request) {
  GH_CHECK(check_declaration(name, permissions));
  const Timestamp now = deps.clock.now();
  auto made = make_key(name, permissions, expires_at, now);
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    GH_TRY(const auto live, live_keys(tx, name, now));
    if (!live.empty()) return fail(ErrorCode::conflict, "the service has a key: use `gatehouse service rotate`");
    GH_CHECK(tx.services().add(made.key));
    return note(tx, deps, by(caller), domain::audit_actions::kServiceKeyCreated, name, made.key.permissions, request,
                now);
  }));
  return made;
}

Result<NewServiceKey> rotate_service(const Dependencies& deps, const Caller& caller, const std::string& name,
                                     Duration overlap, const RequestInfo& request) {
  const Timestamp now = deps.clock.now();
  return deps.store.write([&](ports::Tx& tx) -> Result<NewServiceKey> {
    GH_TRY(const auto live, live_keys(tx, name, now));
    if (live.empty()) return fail(ErrorCode::not_found, "there is no service " + name + " with a live key");
    const auto& newest = live.back();
    if (newest.source == domain::ServiceKeySource::declared)
      return fail(ErrorCode::conflict, "its key is declared: change [services." + name + "] key");
    auto made = make_key(name, newest.permissions, newest.expires_at, now);
    for (const auto& before : live)
      if (!before.expires_at || now + overlap < *before.expires_at)
        GH_CHECK(tx.services().save_expiry(before.id, now + overlap));
    GH_CHECK(tx.services().add(made.key));
    GH_CHECK(note(tx, deps, by(caller), domain::audit_actions::kServiceKeyRotated, name, made.key.permissions, request,
                  now));
    return made;
  });
}

Result<int> revoke_service(const Dependencies& deps, const Caller& caller, const std::string& name,
                           const RequestInfo& request) {
  const Timestamp now = deps.clock.now();
  return deps.store.write([&](ports::Tx& tx) -> Result<int> {
    GH_TRY(const int revoked, tx.services().revoke_named(name, now));
    if (revoked == 0) return fail(ErrorCode::not_found, "there is no service " + name + " with a live key");
    GH_CHECK(note(tx, deps, by(caller), domain::audit_actions::kServiceKeyRevoked, name, {}, request, now));
    return revoked;
  });
}

Result<std::vector<domain::ServiceKey>> list_services(const Dependencies& deps) {
  return deps.store.read([](ports::Tx& tx) { return tx.services().list(); });
}

Result<> declare_services(const Dependencies& deps, const std::vector<DeclaredService>& services) {
  GH_TRY(const auto parsed, parse_keys(services));
  const Timestamp now = deps.clock.now();
  return deps.store.write([&](ports::Tx& tx) -> Result<> {
    std::set<std::string> declared;
    for (std::size_t i = 0; i < services.size(); ++i) {
      if (parsed[i].id.empty()) continue;
      declared.insert(parsed[i].id);
      GH_CHECK(declare(tx, deps, services[i], parsed[i], now));
    }
    GH_TRY(const auto keys, tx.services().list());
    for (const auto& key : keys) {
      if (key.source != domain::ServiceKeySource::declared || !key.is_live(now) || declared.contains(key.id.str()))
        continue;
      GH_CHECK(tx.services().save_expiry(key.id, now));
      GH_CHECK(note(tx, deps, by_system(), domain::audit_actions::kServiceKeyRevoked, key.service, {}, {}, now));
    }
    return {};
  });
}

}  // namespace gatehouse::application
