#include "modules/identity/application/my_factors.hpp"

#include "domain/identity/factor_policy.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/backup_codes.hpp"
#include "modules/identity/application/owner_notice.hpp"

namespace gatehouse::application {
namespace {

constexpr auto kNoApp = "No authenticator app is enrolled.";

}  // namespace

Result<FactorStatus> read_factors(ports::Tx& tx, const domain::UserId& user) {
  FactorStatus status;
  GH_TRY(const auto totp, tx.factors().find_totp(user));
  if (totp) status.totp_since = totp->confirmed_at;
  GH_TRY(const auto codes, tx.factors().list_backup_codes(user));
  status.backup_codes_left = codes.size();
  if (!codes.empty()) status.backup_codes_since = codes.front().created_at;
  return status;
}

Result<FactorStatus> my_factors(const Dependencies& deps, const Caller& caller) {
  return deps.store.read([&](ports::Tx& tx) { return read_factors(tx, caller.user_id()); });
}

Result<> remove_totp(const Dependencies& deps, const Caller& caller, const RequestInfo& request) {
  const Timestamp now = deps.clock.now();
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    Record record(tx, deps, request, now);
    GH_TRY(auto user, tx.users().get(caller.user_id()));
    GH_TRY(const auto roles, tx.roles().list(user.id, now));
    if (domain::requires_second_factor(deps.settings.mfa_required, deps.settings.mfa_required_roles,
                                       domain::live_roles(roles, now)))
      return fail(ErrorCode::conflict, "This account must have a second factor.");
    GH_TRY(const auto totp, tx.factors().find_totp(user.id));
    if (!totp || !totp->confirmed_at) return fail(ErrorCode::not_found, kNoApp);
    GH_TRY(const bool removed, tx.factors().remove_totp(user.id));
    if (!removed) return fail(ErrorCode::not_found, kNoApp);
    GH_CHECK(tx.factors().remove_backup_codes(user.id));
    GH_CHECK(tx.factors().clear_counter(user.id, domain::FactorKind::totp));
    GH_CHECK(tx.factors().clear_counter(user.id, domain::FactorKind::backup_code));
    GH_TRY([[maybe_unused]] const int challenges, tx.challenges().remove_for_user(user.id));
    ++user.credential_version;
    user.updated_at = now;
    GH_CHECK(tx.users().save(user));
    GH_CHECK(record.audit(by(caller), domain::audit_actions::kMfaRemoved, user.id, {.details = {{"factor", "totp"}}}));
    GH_CHECK(record.event(domain::topics::kMfaRemoved, user.id, {{"user_id", user.id.str()}, {"factor", "totp"}}));
    return notify_owner(tx, record, deps, ports::mail_templates::kMfaRemoved, user, {{"factor", "authenticator app"}},
                        now);
  }));
  deps.wake();
  return {};
}

Result<std::vector<Secret<std::string>>> renew_backup_codes(const Dependencies& deps, const Caller& caller,
                                                            const RequestInfo& request) {
  const auto check_enrolled = [&](ports::Tx& tx) -> Result<> {
    GH_TRY(const auto totp, tx.factors().find_totp(caller.user_id()));
    return totp && totp->confirmed_at ? Result<>() : Result<>(fail(ErrorCode::conflict, kNoApp));
  };
  GH_CHECK(deps.store.read(check_enrolled));
  GH_TRY(auto codes, make_backup_codes(deps, caller.user_id(), deps.clock.now()));
  const Timestamp now = deps.clock.now();
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    GH_CHECK(check_enrolled(tx));
    Record record(tx, deps, request, now);
    GH_CHECK(tx.factors().replace_backup_codes(caller.user_id(), codes.rows));
    return record.audit(by(caller), domain::audit_actions::kBackupCodesGenerated, caller.user_id());
  }));
  deps.wake();
  return std::move(codes.texts);
}

}  // namespace gatehouse::application
