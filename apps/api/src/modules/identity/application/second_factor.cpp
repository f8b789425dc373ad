#include "modules/identity/application/second_factor.hpp"

#include "auth/totp.hpp"
#include "modules/identity/application/backup_codes.hpp"
#include "modules/identity/application/owner_notice.hpp"

namespace gatehouse::application {
namespace {

namespace templates = ports::mail_templates;
using domain::FactorKind;

/// The fiftieth try has locked the factor by being counted; if it is right, that lock was its own.
Result<> undo_own_lock(ports::Tx& tx, const domain::UserId& user, FactorKind kind, std::int64_t counted) {
  if (counted < domain::kFactorLockedAfter) return {};
  return tx.factors().clear_counter(user, kind);
}

Result<bool> accept_totp(ports::Tx& tx, const domain::User& user, const GivenCode& given, std::int64_t counted,
                         Timestamp now) {
  GH_TRY(const auto secret, tx.factors().find_totp(user.id));
  if (!secret || !secret->confirmed_at || given.totp_id != secret->id) return false;
  const auto step = auth::verify_totp(given.totp_secret, given.text.expose(), now, secret->last_step);
  if (!step) return false;
  GH_CHECK(undo_own_lock(tx, user.id, FactorKind::totp, counted));
  return tx.factors().accept_totp_step(user.id, *step);
}

Result<bool> accept_backup_code(ports::Tx& tx, Record& record, const Dependencies& deps, const domain::User& user,
                                const GivenCode& given, Timestamp now) {
  GH_TRY(const auto codes, tx.factors().list_backup_codes(user.id));
  const auto* match = match_backup_code(codes, given.backup_hash);
  if (match == nullptr) return false;
  GH_TRY(const bool taken, tx.factors().consume_backup_code(match->id, now));
  if (!taken) return false;
  const std::size_t left = codes.size() - 1;
  GH_CHECK(record.audit(by_user(user.id), domain::audit_actions::kBackupCodeUsed, user.id,
                        {.details = {{"codes_left", left}}}));
  GH_CHECK(
      notify_owner(tx, record, deps, templates::kBackupCodeUsed, user, {{"codes_left", std::to_string(left)}}, now));
  // What was locked by somebody's guesses at the app is freed by its owner's code on paper.
  GH_TRY(const auto totp, tx.factors().find_counter(user.id, FactorKind::totp));
  if (!domain::is_locked(totp)) return true;
  GH_CHECK(tx.factors().clear_counter(user.id, FactorKind::totp));
  GH_CHECK(record.audit(by_user(user.id), domain::audit_actions::kMfaFactorUnlocked, user.id,
                        {.reason = "backup_code", .details = {{"factor", "totp"}}}));
  return true;
}

Result<> expose_password(ports::Tx& tx, Record& record, const Dependencies& deps, const domain::UserId& id,
                         Timestamp now) {
  GH_TRY(auto user, tx.users().get(id));
  if (user.password_exposed || !user.has_password()) return {};
  user.password_exposed = true;
  user.updated_at = now;
  GH_CHECK(tx.users().save(user));
  GH_CHECK(record.audit(by_system(), domain::audit_actions::kPasswordExposed, id));
  return mail_reset_link(tx, record, deps, templates::kPasswordExposed, user, now);
}

Result<CodeVerdict> after_wrong(ports::Tx& tx, Record& record, const Dependencies& deps, const domain::User& user,
                                FactorKind kind, std::int64_t counted, const CodeTry& in, Timestamp now) {
  domain::FactorCounts before;
  GH_TRY(before.totp, tx.factors().find_counter(user.id, FactorKind::totp));
  GH_TRY(before.backup_code, tx.factors().find_counter(user.id, FactorKind::backup_code));
  before.of(kind) = {.failures = counted - 1, .last_failure_at = {}, .locked_at = {}};
  const auto wrong = domain::after_wrong_code(before, kind, in.wrong_codes_before, in.password_proved, now);
  if (wrong.factor_locked_now) {
    GH_CHECK(record.audit(by_system(), domain::audit_actions::kMfaFactorLocked, user.id,
                          {.details = {{"factor", domain::to_text(kind)}}}));
  }
  if (wrong.password_exposed_now) GH_CHECK(expose_password(tx, record, deps, user.id, now));
  return wrong.challenge_failed ? CodeVerdict::wrong_and_over : CodeVerdict::wrong;
}

}  // namespace

Secret<std::string> without_separators(std::string_view code) {
  std::string plain;
  for (const char c : code)
    if (c != ' ' && c != '-') plain += c;
  return Secret<std::string>(std::move(plain));
}

Result<FactorKind> factor_kind(std::string_view method) {
  if (const auto kind = domain::from_text<FactorKind>(method)) return *kind;
  return fail_field(ErrorCode::invalid_request, "method", "unknown", "say totp or backup_code");
}

Result<GivenCode> prepare_code(const Dependencies& deps, const domain::UserId& user, FactorKind kind,
                               const Secret<std::string>& code) {
  GivenCode given;
  given.kind = kind;
  given.text = kind == FactorKind::totp ? without_separators(code.expose()) : plain_backup_code(code.expose());
  if (kind == FactorKind::backup_code) {
    GH_TRY(const auto codes, deps.store.read([&](ports::Tx& tx) { return tx.factors().list_backup_codes(user); }));
    GH_TRY(given.backup_hash, hash_backup_code(deps, codes, given.text));
    return given;
  }
  GH_TRY(const auto secret, deps.store.read([&](ports::Tx& tx) { return tx.factors().find_totp(user); }));
  if (!secret) return given;
  given.totp_id = secret->id;
  GH_TRY(given.totp_secret, deps.cipher.open(ports::DataPurpose::totp_secret, user.str(), secret->sealed_secret));
  return given;
}

Result<CodeVerdict> judge_code(ports::Tx& tx, Record& record, const Dependencies& deps, const domain::User& user,
                               const GivenCode& given, const CodeTry& in, Timestamp now) {
  GH_TRY(const auto counted, tx.factors().spend_try(user.id, given.kind, domain::kFactorLockedAfter, now));
  if (!counted)  // locked: right codes are refused too, and nothing is counted any more
    return in.wrong_codes_before + 1 >= domain::kChallengeTries ? CodeVerdict::wrong_and_over : CodeVerdict::wrong;
  GH_TRY(const bool right, given.kind == FactorKind::totp ? accept_totp(tx, user, given, *counted, now)
                                                          : accept_backup_code(tx, record, deps, user, given, now));
  if (!right) return after_wrong(tx, record, deps, user, given.kind, *counted, in, now);
  GH_CHECK(tx.factors().clear_counter(user.id, given.kind));
  return CodeVerdict::right;
}

}  // namespace gatehouse::application
