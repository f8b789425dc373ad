#include "modules/identity/application/admin_recovery.hpp"

#include "domain/identity/permissions.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/authority.hpp"
#include "modules/identity/application/end_sessions.hpp"
#include "modules/identity/application/open_session.hpp"
#include "modules/identity/application/owner_notice.hpp"
#include "modules/identity/application/throttle.hpp"
#include "modules/identity/application/void_pending.hpp"

namespace gatehouse::application {
namespace {

constexpr int kRecentAttempts = 200;

/// The kinds of factors that were there, now removed.
Result<std::vector<std::string>> remove_factors(ports::Tx& tx, const domain::UserId& user) {
  std::vector<std::string> removed;
  GH_TRY(const auto totp, tx.factors().find_totp(user));
  if (totp && totp->confirmed_at) removed.emplace_back("totp");
  GH_TRY(const auto codes, tx.factors().list_backup_codes(user));
  if (!codes.empty()) removed.emplace_back("backup_code");
  GH_TRY([[maybe_unused]] const bool secret, tx.factors().remove_totp(user));
  GH_CHECK(tx.factors().remove_backup_codes(user));
  return removed;
}

Result<> clear_counters(ports::Tx& tx, const domain::UserId& user) {
  GH_CHECK(tx.factors().clear_counter(user, domain::FactorKind::totp));
  return tx.factors().clear_counter(user, domain::FactorKind::backup_code);
}

/// The networks from which somebody lately failed to sign in as this user.
Result<std::vector<std::string>> failed_networks(ports::Tx& tx, const Dependencies& deps, const domain::User& user) {
  ports::AttemptFilter filter;
  filter.identifier_hmac = identifier_hmac(deps, user.email_canonical);
  filter.outcome = domain::AttemptOutcome::failure;
  GH_TRY(const auto attempts, tx.attempts().list(filter, {kRecentAttempts, std::nullopt}));
  std::vector<std::string> networks;
  for (const auto& attempt : attempts.items) networks.push_back(attempt.ip);
  return networks;
}

}  // namespace

Result<> start_password_reset(const Dependencies& deps, const Caller& caller, const domain::UserId& user,
                              const std::string& reason, const RequestInfo& request) {
  const Timestamp now = deps.clock.now();
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    GH_TRY(const auto authority, authority_of(tx, deps, caller, domain::permissions::kRecoveryStart, now));
    GH_TRY(auto target, touch_target(tx, deps, authority, user, now));
    if (target.user.status != domain::UserStatus::active)
      return fail(ErrorCode::conflict, "the account is not active: enable it first");
    target.user.reset_required = true;
    target.user.updated_at = now;
    GH_CHECK(tx.users().save(target.user));
    Record record(tx, deps, request, now);
    GH_CHECK(mail_reset_link(tx, record, deps, ports::mail_templates::kResetPassword, target.user, now));
    return record.audit(by(caller), domain::audit_actions::kPasswordResetRequested, user, {.reason = reason});
  }));
  deps.wake();
  return {};
}

Result<> reset_user_mfa(const Dependencies& deps, const Caller& caller, const domain::UserId& user,
                        const std::string& reason, const RequestInfo& request) {
  const Timestamp now = deps.clock.now();
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    GH_TRY(const auto authority, authority_of(tx, deps, caller, domain::permissions::kRecoveryStart, now));
    GH_TRY(auto target, touch_other(tx, deps, authority, user, now));
    GH_TRY(const auto removed, remove_factors(tx, user));
    if (removed.empty()) return fail(ErrorCode::conflict, "the user has no second factor");
    GH_CHECK(clear_counters(tx, user));
    ++target.user.credential_version;
    target.user.updated_at = now;
    GH_CHECK(tx.users().save(target.user));
    Record record(tx, deps, request, now);
    GH_TRY([[maybe_unused]] const int ended,
           end_all_sessions(tx, record, deps, user, std::nullopt, {by(caller), domain::RevocationReason::admin}, now));
    GH_CHECK(void_pending(tx, user));
    for (const auto& factor : removed) {
      GH_CHECK(record.event(domain::topics::kMfaRemoved, user, {{"user_id", user.str()}, {"factor", factor}}));
    }
    GH_CHECK(notify_owner(tx, record, deps, ports::mail_templates::kMfaRemoved, target.user,
                          {{"factor", removed.size() > 1          ? "authenticator app and backup codes"
                                      : removed.front() == "totp" ? "authenticator app"
                                                                  : "backup codes"}},
                          now));
    return record.audit(by(caller), domain::audit_actions::kMfaReset, user, {.reason = reason});
  }));
  deps.session_map.drop_user(user);
  deps.wake();
  return {};
}

Result<> unlock_user(const Dependencies& deps, const Caller& caller, const domain::UserId& user,
                     const std::string& reason, const RequestInfo& request) {
  const Timestamp now = deps.clock.now();
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    GH_TRY(const auto authority, authority_of(tx, deps, caller, domain::permissions::kRecoveryStart, now));
    GH_TRY(const auto target, touch_other(tx, deps, authority, user, now));
    GH_TRY(const auto devices, tx.devices().list(user));
    GH_TRY(const auto networks, failed_networks(tx, deps, target.user));
    GH_CHECK(forgive(tx, deps, target.user.email_canonical, devices, networks));
    GH_CHECK(clear_counters(tx, user));
    Record record(tx, deps, request, now);
    return record.audit(by(caller), domain::audit_actions::kUserUnlocked, user, {.reason = reason});
  }));
  deps.wake();
  return {};
}

}  // namespace gatehouse::application
