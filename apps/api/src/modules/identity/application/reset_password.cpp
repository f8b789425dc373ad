#include "modules/identity/application/reset_password.hpp"

#include "domain/identity/session_policy.hpp"
#include "domain/identity/token_policy.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/end_sessions.hpp"
#include "modules/identity/application/mailed_token.hpp"
#include "modules/identity/application/new_password.hpp"
#include "modules/identity/application/owner_notice.hpp"
#include "modules/identity/application/second_factor.hpp"
#include "modules/identity/application/void_pending.hpp"

namespace gatehouse::application {
namespace {

constexpr auto kResetPurpose = domain::TokenPurpose::reset_password;

Result<domain::User> user_of(ports::Tx& tx, const domain::VerificationToken& token) {
  if (!token.user_id) return fail(ErrorCode::invalid_token);
  GH_TRY(auto user, tx.users().find(*token.user_id));
  if (!user || !domain::may_hold_sessions(*user) || user->email_canonical != token.email_canonical)
    return fail(ErrorCode::invalid_token);
  return std::move(*user);
}

/// The code that a guarded reset needs besides the mail; nothing where it needs none.
Result<std::optional<GivenCode>> guarding_code(const Dependencies& deps, const domain::User& user,
                                               const ResetPasswordInput& input, Timestamp now) {
  if (!domain::reset_needs_second_factor(user, now)) return std::optional<GivenCode>();
  GH_TRY(const auto totp, deps.store.read([&](ports::Tx& tx) { return tx.factors().find_totp(user.id); }));
  if (!totp || !totp->confirmed_at)
    return fail(ErrorCode::forbidden, "The address was changed back lately: for now only support can set a password.");
  if (!input.code)
    return fail_field(ErrorCode::invalid_request, "code", "required", "give a code of the second factor besides");
  GH_TRY(const auto kind, factor_kind(input.method.value_or("totp")));
  GH_TRY(auto given, prepare_code(deps, user.id, kind, *input.code));
  return std::optional(std::move(given));
}

Result<> set_password(ports::Tx& tx, Record& record, const Dependencies& deps, domain::User user,
                      const std::string& hash, Timestamp now) {
  user.password_hash = hash;
  user.password_changed_at = now;
  user.password_exposed = false;
  user.reset_required = false;
  user.mail_undeliverable = false;  // the link did arrive
  ++user.credential_version;
  user.updated_at = now;
  GH_CHECK(tx.users().save(user));
  GH_CHECK(void_pending(tx, user.id));
  GH_TRY([[maybe_unused]] const int devices, tx.devices().remove_for_user(user.id));
  GH_TRY(const int ended, end_all_sessions(tx, record, deps, user.id, std::nullopt,
                                           {by_user(user.id), domain::RevocationReason::password_reset}, now));
  GH_CHECK(record.audit(by_user(user.id), domain::audit_actions::kPasswordReset, user.id,
                        {.details = {{"sessions_ended", ended}}}));
  GH_CHECK(record.event(domain::topics::kPasswordReset, user.id, {{"user_id", user.id.str()}}));
  return notify_owner(tx, record, deps, ports::mail_templates::kPasswordChanged, user, {}, now);
}

}  // namespace

Result<> reset_password(const Dependencies& deps, const ResetPasswordInput& input, const RequestInfo& request) {
  const Timestamp asked_at = deps.clock.now();
  // Looked at before it is taken: neither a refused password nor a wrong code must spend the link.
  GH_TRY(const auto seen, deps.store.read([&](ports::Tx& tx) -> Result<domain::User> {
    GH_TRY(const auto token, look_at_mailed_token(tx, input.token, kResetPurpose, asked_at));
    return user_of(tx, token);
  }));
  GH_TRY(const auto password, accept_new_password(deps.settings, input.password, seen.email_canonical, seen.name));
  GH_TRY(const auto code, guarding_code(deps, seen, input, asked_at));
  GH_TRY(const auto hash, deps.hasher.hash(password));

  const Timestamp now = deps.clock.now();
  GH_TRY(const bool done, deps.store.write([&](ports::Tx& tx) -> Result<bool> {
    Record record(tx, deps, request, now);
    if (code) {
      GH_TRY(const auto present, tx.users().get(seen.id));
      GH_TRY(const auto verdict, judge_code(tx, record, deps, present, *code, {}, now));
      if (verdict != CodeVerdict::right) {
        GH_CHECK(record.audit(by_nobody(), domain::audit_actions::kPasswordReset, seen.id,
                              {.outcome = domain::AuditOutcome::failure, .reason = "invalid_code"}));
        return false;
      }
    }
    GH_TRY(const auto token, take_mailed_token(tx, input.token, kResetPurpose, now));
    GH_TRY(auto user, user_of(tx, token));
    if (domain::reset_needs_second_factor(user, now) && !code) return fail(ErrorCode::invalid_token);
    GH_CHECK(set_password(tx, record, deps, std::move(user), hash, now));
    return true;
  }));
  deps.wake();
  if (!done) return fail(ErrorCode::invalid_code);
  deps.session_map.drop_user(seen.id);
  return {};
}

}  // namespace gatehouse::application
