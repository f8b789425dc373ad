#include "modules/identity/application/list_users.hpp"

#include "auth/email_address.hpp"
#include "domain/identity/permissions.hpp"
#include "modules/identity/application/authority.hpp"

namespace gatehouse::application {
namespace {

constexpr std::size_t kMostIds = 100;

Result<ports::UserFilter> filter_of(const UserQuery& query, Timestamp now) {
  ports::UserFilter filter;
  filter.now = now;
  if (query.query && !query.query->empty()) filter.query = query.query;
  if (query.email) {
    GH_TRY(const auto email, auth::parse_email_address(*query.email));
    filter.email_canonical = email.canonical;
  }
  if (query.ids.size() > kMostIds)
    return fail_field(ErrorCode::invalid_request, "id", "too_many", "ask for at most 100 ids at once");
  for (const auto& id : query.ids) {
    if (!is_id_text(id)) return fail_field(ErrorCode::invalid_request, "id", "invalid", "this is no id: " + id);
    filter.ids.emplace_back(id);
  }
  if (query.status) {
    filter.status = domain::from_text<domain::UserStatus>(*query.status);
    if (!filter.status)
      return fail_field(ErrorCode::invalid_request, "status", "unknown",
                        "status is active, disabled or pending_deletion");
  }
  filter.role = query.role;
  return filter;
}

}  // namespace

Result<UserList> list_users(const Dependencies& deps, const Caller& caller, const UserQuery& query,
                            const ports::PageRequest& page) {
  const Timestamp now = deps.clock.now();
  GH_TRY(const auto filter, filter_of(query, now));
  return deps.store.read([&](ports::Tx& tx) -> Result<UserList> {
    GH_TRY(const auto authority, authority_of(tx, deps, caller, domain::permissions::kUsersRead, now));
    GH_TRY(auto found, tx.users().search(filter, page));
    UserList list;
    GH_TRY(list.items, view_listed_users(tx, authority, std::move(found.items), now));
    list.next = std::move(found.next);
    GH_TRY(list.total, tx.users().count(filter));
    return list;
  });
}

Result<AdminUser> get_user(const Dependencies& deps, const Caller& caller, const domain::UserId& id) {
  const Timestamp now = deps.clock.now();
  return deps.store.read([&](ports::Tx& tx) -> Result<AdminUser> {
    GH_TRY(const auto authority, authority_of(tx, deps, caller, domain::permissions::kUsersRead, now));
    GH_TRY(auto target, find_target(tx, deps, id, now));
    return view_admin_user(tx, authority, std::move(target.user), now);
  });
}

Result<domain::UserId> resolve_user(const Dependencies& deps, const std::string& id_or_email) {
  return deps.store.read([&](ports::Tx& tx) -> Result<domain::UserId> {
    if (is_id_text(id_or_email)) {
      GH_TRY(const auto user, tx.users().find(domain::UserId(id_or_email)));
      if (user) return user->id;
    } else if (const auto email = auth::parse_email_address(id_or_email); email) {
      GH_TRY(const auto user, tx.users().find_by_email(email->canonical));
      if (user) return user->id;
    }
    return fail(ErrorCode::not_found, "there is no user " + id_or_email + ": look with `gatehouse user list`");
  });
}

}  // namespace gatehouse::application
