#include "modules/identity/application/change_email.hpp"

#include "auth/email_address.hpp"
#include "domain/identity/deletion_policy.hpp"
#include "domain/identity/session_policy.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/end_sessions.hpp"
#include "modules/identity/application/mailed_token.hpp"
#include "modules/identity/application/record.hpp"
#include "modules/identity/application/throttle.hpp"
#include "modules/identity/application/void_pending.hpp"

namespace gatehouse::application {
namespace {

namespace templates = ports::mail_templates;
using domain::TokenPurpose;

/// Tells the present address what comes, or has come, with the link that takes it back.
Result<> tell_old_address(ports::Tx& tx, Record& record, const Dependencies& deps, const domain::User& user,
                          const std::string& old_email, const std::string& old_canonical, const std::string& new_email,
                          Timestamp now) {
  const auto undo = make_mailed_token({.purpose = TokenPurpose::undo_email_change,
                                       .user_id = user.id,
                                       .email = old_email,
                                       .email_canonical = old_canonical},
                                      deps.settings.links.undo_email, now);
  GH_CHECK(tx.verification_tokens().add(undo.row));
  return record.mail(
      templates::kEmailChangeNotice, user,
      {{"link", undo.link}, {"old_email", old_email}, {"new_email", new_email}, {"expires_in", "seven days"}},
      {.to = old_email, .expires_at = undo.row.expires_at});
}

Result<> mail_new_address(ports::Tx& tx, Record& record, const Dependencies& deps, const domain::User& user,
                          const auth::EmailAddress& email, Timestamp now) {
  GH_TRY([[maybe_unused]] const int voided,
         tx.verification_tokens().remove_for_user(user.id, {TokenPurpose::change_email}));
  const auto token = make_mailed_token({.purpose = TokenPurpose::change_email,
                                        .user_id = user.id,
                                        .email = email.address,
                                        .email_canonical = email.canonical},
                                       deps.settings.links.confirm_email, now);
  GH_CHECK(tx.verification_tokens().add(token.row));
  return record.mail(templates::kConfirmEmailChange, user,
                     {{"link", token.link}, {"new_email", email.address}, {"expires_in", "a day"}},
                     {.to = email.address, .expires_at = token.row.expires_at});
}

/// Gives the user an address. Returns `conflict` where another account has it.
Result<> move_to(ports::Tx& tx, domain::User& user, const std::string& email, const std::string& canonical,
                 Timestamp now) {
  user.email = email;
  user.email_canonical = canonical;
  user.email_verified_at = now;
  user.mail_undeliverable = false;  // the link came by this address
  ++user.credential_version;
  user.updated_at = now;
  const auto saved = tx.users().save(user);
  if (saved) return {};
  if (saved.error().code == ErrorCode::email_taken)
    return fail(ErrorCode::conflict, "The address belongs to another account now.");
  return Failure(saved.error());
}

Result<> tell_of_move(Record& record, std::string_view action, const domain::User& user, const std::string& from) {
  GH_CHECK(record.audit(by_user(user.id), action, user.id, {.personal = {{"from", from}, {"to", user.email}}}));
  return record.event(domain::topics::kUserEmailChanged, user.id,
                      {{"user_id", user.id.str()}, {"email", user.email}, {"email_verified", true}});
}

/// An undo may be a stranger's in the old mailbox, so the address that it leaves is told. It may also take the account
/// from a thief: the mail names neither the address before nor the network that the undo came from.
Result<> tell_left_address(Record& record, const Dependencies& deps, const domain::User& user,
                           const std::string& left) {
  return record.mail(templates::kEmailChangeUndone, user,
                     {{"link", deps.settings.links.sign_in},
                      {"old_email", left},
                      {"until", to_rfc3339(std::chrono::floor<std::chrono::seconds>(*user.reset_guard_until))}},
                     {.to = left});
}

/// Who could change the address could ask for deletion too, and its way back went to the wrong mailbox. Where no way
/// back was mailed it was staff who closed the account, and only staff reopen it.
Result<> take_back_deletion(ports::Tx& tx, Record& record, domain::User& user, Timestamp now) {
  if (user.status != domain::UserStatus::pending_deletion) return {};
  GH_TRY(const auto way_back, tx.verification_tokens().newest(user.id, TokenPurpose::cancel_deletion, now));
  if (!way_back) return {};
  auto kept = domain::cancel_deletion(user, now);
  if (!kept) return {};
  user = std::move(*kept);
  GH_CHECK(record.audit(by_user(user.id), domain::audit_actions::kUserDeletionCancelled, user.id,
                        {.reason = "email_change_undone"}));
  return record.event(domain::topics::kUserStatusChanged, user.id,
                      {{"user_id", user.id.str()},
                       {"status", domain::to_text(user.status)},
                       {"previous", "pending_deletion"},
                       {"by", user.id.str()},
                       {"reason", "email_change_undone"}});
}

}  // namespace

Result<> request_email_change(const Dependencies& deps, const Caller& caller, const std::string& email,
                              const RequestInfo& request) {
  GH_TRY(const auto address, auth::parse_email_address(email));
  const Timestamp now = deps.clock.now();
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    Record record(tx, deps, request, now);
    GH_TRY(const auto user, tx.users().get(caller.user_id()));
    if (address.canonical == user.email_canonical)
      return fail_field(ErrorCode::invalid_request, "email", "unchanged", "this is the address already");
    GH_TRY([[maybe_unused]] const auto spent,
           reserve_try(tx, deps, domain::mail_budgets(false), {address.canonical, request.ip, {}}, now));
    GH_CHECK(record.audit(by(caller), domain::audit_actions::kEmailChangeRequested, user.id,
                          {.personal = {{"email", address.address}}}));
    GH_CHECK(tell_old_address(tx, record, deps, user, user.email, user.email_canonical, address.address, now));
    GH_TRY(const auto owner, tx.users().find_by_email(address.canonical));
    if (!owner) return mail_new_address(tx, record, deps, user, address, now);
    return record.mail(templates::kAlreadyRegistered, *owner, {{"link", deps.settings.links.sign_in}});
  }));
  deps.wake();
  return {};
}

Result<> confirm_email_change(const Dependencies& deps, const std::string& token, const RequestInfo& request) {
  const Timestamp now = deps.clock.now();
  GH_TRY(const auto user_id, deps.store.write([&](ports::Tx& tx) -> Result<domain::UserId> {
    Record record(tx, deps, request, now);
    GH_TRY(const auto taken, take_mailed_token(tx, token, TokenPurpose::change_email, now));
    GH_TRY(auto user, tx.users().get(*taken.user_id));
    if (!domain::may_hold_sessions(user)) return fail(ErrorCode::invalid_token);
    const std::string old_email = user.email;
    const std::string old_canonical = user.email_canonical;
    GH_CHECK(move_to(tx, user, taken.email, taken.email_canonical, now));
    GH_CHECK(void_pending(tx, user.id));
    // As at sign-up: whoever registered at this address and never confirmed keeps nothing of it.
    GH_TRY([[maybe_unused]] const int sign_ups, tx.pending_sign_ups().remove_all(user.email_canonical));
    GH_CHECK(tell_of_move(record, domain::audit_actions::kEmailChanged, user, old_email));
    GH_CHECK(tell_old_address(tx, record, deps, user, old_email, old_canonical, user.email, now));
    GH_CHECK(note_user_changed(tx, user.id, now));
    return user.id;
  }));
  deps.session_map.drop_user(user_id);
  deps.wake();
  return {};
}

Result<> undo_email_change(const Dependencies& deps, const std::string& token, const RequestInfo& request) {
  const Timestamp now = deps.clock.now();
  GH_TRY(const auto user_id, deps.store.write([&](ports::Tx& tx) -> Result<domain::UserId> {
    Record record(tx, deps, request, now);
    GH_TRY(const auto taken, take_mailed_token(tx, token, TokenPurpose::undo_email_change, now));
    GH_TRY(auto user, tx.users().get(*taken.user_id));
    GH_TRY(auto live, tx.verification_tokens().list(user.id, TokenPurpose::undo_email_change, now));
    live.push_back(taken);
    const auto* target = domain::undo_target(live, now);
    if (target == nullptr) return fail(ErrorCode::invalid_token);
    const std::string left = user.email;
    GH_CHECK(take_back_deletion(tx, record, user, now));
    const bool moves = target->email_canonical != user.email_canonical;
    if (moves) user.reset_guard_until = now + domain::kResetGuard;
    GH_CHECK(move_to(tx, user, target->email, target->email_canonical, now));
    GH_TRY([[maybe_unused]] const int challenges, tx.challenges().remove_for_user(user.id));
    GH_TRY([[maybe_unused]] const int tokens, tx.verification_tokens().remove_for_user(user.id, {}));
    GH_TRY([[maybe_unused]] const int devices, tx.devices().remove_for_user(user.id));
    GH_TRY([[maybe_unused]] const int sessions,
           end_all_sessions(tx, record, deps, user.id, std::nullopt,
                            {by_user(user.id), domain::RevocationReason::not_me}, now));
    GH_CHECK(tell_of_move(record, domain::audit_actions::kEmailChangeUndone, user, left));
    if (moves) GH_CHECK(tell_left_address(record, deps, user, left));
    return user.id;
  }));
  deps.session_map.drop_user(user_id);
  deps.wake();
  return {};
}

}  // namespace gatehouse::application
