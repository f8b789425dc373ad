#include "modules/identity/application/my_accounts.hpp"

#include <algorithm>

#include "domain/identity/linking_policy.hpp"
#include "modules/identity/application/link_account.hpp"
#include "modules/identity/application/owner_notice.hpp"

namespace gatehouse::application {

Result<std::vector<domain::Account>> my_accounts(const Dependencies& deps, const Caller& caller) {
  return deps.store.read([&](ports::Tx& tx) { return tx.accounts().list(caller.user_id()); });
}

Result<> unlink_my_account(const Dependencies& deps, const Caller& caller, const domain::AccountId& id,
                           const RequestInfo& request) {
  const Timestamp now = deps.clock.now();
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    Record record(tx, deps, request, now);
    // Saved before the accounts are counted: of two unlinkings at once the second counts again.
    GH_TRY(auto user, tx.users().get(caller.user_id()));
    ++user.credential_version;
    user.updated_at = now;
    GH_CHECK(tx.users().save(user));
    GH_TRY(const auto accounts, tx.accounts().list(user.id));
    const auto found =
        std::find_if(accounts.begin(), accounts.end(), [&](const domain::Account& each) { return each.id == id; });
    if (found == accounts.end()) return fail(ErrorCode::not_found, "there is no linked account with this id");
    const auto others = std::count_if(accounts.begin(), accounts.end(), [&](const domain::Account& each) {
      return each.id != id && deps.providers.find(each.provider) != nullptr;
    });
    GH_CHECK(domain::check_unlink(user.has_password(), static_cast<std::size_t>(others)));
    GH_TRY(const bool removed, remove_account(tx, record, *found, by(caller)));
    if (!removed) return fail(ErrorCode::not_found, "there is no linked account with this id");
    GH_TRY([[maybe_unused]] const int challenges, tx.challenges().remove_for_user(user.id));
    return notify_owner(tx, record, deps, ports::mail_templates::kAccountUnlinked, user,
                        {{"provider", provider_title(deps, found->provider)}}, now);
  }));
  deps.wake();
  return {};
}

}  // namespace gatehouse::application
