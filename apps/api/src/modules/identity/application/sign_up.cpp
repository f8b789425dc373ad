#include "modules/identity/application/sign_up.hpp"

#include "auth/email_address.hpp"
#include "domain/identity/profile_policy.hpp"
#include "domain/identity/token_policy.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/application/mailed_token.hpp"
#include "modules/identity/application/new_password.hpp"
#include "modules/identity/application/pretended_mail.hpp"
#include "modules/identity/application/record.hpp"
#include "modules/identity/application/throttle.hpp"

namespace gatehouse::application {
namespace {

namespace templates = ports::mail_templates;

/// What is known of an address before the hash: whose salt the new password must share.
struct AddressState {
  std::optional<domain::User> user;
  std::vector<domain::PendingSignUp> pending;
};

Result<AddressState> look_up(ports::Tx& tx, const std::string& email_canonical, Timestamp now) {
  AddressState state;
  GH_TRY(state.user, tx.users().find_by_email(email_canonical));
  GH_TRY(state.pending, tx.pending_sign_ups().list(email_canonical, now));
  return state;
}

/// One Argon2id at sign-in answers for the account and for every pending sign-up, so they share salt and parameters.
Result<std::string> hash_for(const Dependencies& deps, const AddressState& address,
                             const Secret<std::string>& password) {
  if (address.user && address.user->password_hash) return deps.hasher.hash_like(password, *address.user->password_hash);
  if (!address.pending.empty()) return deps.hasher.hash_like(password, address.pending.front().password_hash);
  return deps.hasher.hash(password);
}

Result<> mail_link(ports::Tx& tx, Record& record, const Dependencies& deps, const domain::PendingSignUp& pending,
                   Timestamp now) {
  auto token = make_mailed_token({.purpose = domain::TokenPurpose::verify_email,
                                  .email = pending.email,
                                  .email_canonical = pending.email_canonical},
                                 deps.settings.links.verify_email, now);
  token.row.pending_sign_up_id = pending.id;
  GH_CHECK(tx.verification_tokens().add(token.row));
  std::map<std::string, std::string> values{{"link", token.link}};
  if (pending.name) values.emplace("name", *pending.name);
  return record.mail_to(templates::kVerifyEmail, pending.email, std::move(values), {}, token.row.expires_at);
}

Result<domain::User> make_user(ports::Tx& tx, Record& record, const domain::PendingSignUp& pending, Timestamp now) {
  domain::User user;
  user.id = domain::UserId(new_id(now));
  user.email = pending.email;
  user.email_canonical = pending.email_canonical;
  user.email_verified_at = now;
  user.name = pending.name;
  user.locale = pending.locale;
  user.password_hash = pending.password_hash;
  user.password_changed_at = pending.created_at;
  user.created_at = now;
  user.updated_at = now;
  GH_CHECK(tx.users().add(user));
  GH_CHECK(record.audit(by_user(user.id), domain::audit_actions::kSignUpCompleted, user.id,
                        {.details = {{"client_id", pending.client_id}}, .personal = {{"email", user.email}}}));
  GH_CHECK(record.event(domain::topics::kUserSignedUp, user.id,
                        {{"user_id", user.id.str()},
                         {"email", user.email},
                         {"name", text_or_null(user.name)},
                         {"locale", text_or_null(user.locale)},
                         {"method", "password"},
                         {"client_id", pending.client_id}}));
  return user;
}

/// The confirmed sign-up becomes the user, unless somebody else's confirmation was first.
Result<domain::UserId> confirm_sign_up(ports::Tx& tx, Record& record, const domain::PendingSignUpId& id,
                                       Timestamp now) {
  GH_TRY(const auto pending, tx.pending_sign_ups().consume(id, now));
  if (!pending) return fail(ErrorCode::invalid_token);
  GH_TRY(const auto owner, tx.users().find_by_email(pending->email_canonical));
  if (owner) return fail(ErrorCode::invalid_token);
  GH_TRY(const auto user, make_user(tx, record, *pending, now));
  GH_TRY([[maybe_unused]] const int others, tx.pending_sign_ups().remove_all(pending->email_canonical));
  GH_TRY([[maybe_unused]] const int tokens,
         tx.verification_tokens().remove_for_email(pending->email_canonical, domain::TokenPurpose::verify_email));
  return user.id;
}

Result<domain::UserId> confirm_user(ports::Tx& tx, Record& record, const domain::VerificationToken& token,
                                    Timestamp now) {
  GH_TRY(auto user, tx.users().get(*token.user_id));
  if (user.email_canonical != token.email_canonical) return fail(ErrorCode::invalid_token);
  if (!user.email_verified()) {
    user.email_verified_at = now;
    user.updated_at = now;
    GH_CHECK(tx.users().save(user));
    GH_CHECK(record.audit(by_user(user.id), domain::audit_actions::kEmailVerified, user.id));
    GH_CHECK(record.event(domain::topics::kUserUpdated, user.id,
                          {{"user_id", user.id.str()}, {"changed", text_array({"email_verified"})}}));
  }
  return user.id;
}

}  // namespace

Result<> sign_up(const Dependencies& deps, const SignUpInput& input, const RequestInfo& request) {
  if (deps.settings.sign_up_mode != SignUpMode::open) return fail(ErrorCode::sign_up_closed);
  const ClientSettings* client = deps.settings.find_client(input.client_id);
  if (client == nullptr) return fail_field(ErrorCode::invalid_client, "client_id", "unknown", "no such client");
  GH_TRY(const auto email, auth::parse_email_address(input.email));
  if (input.name) GH_CHECK(domain::check_name(*input.name));
  if (input.locale) GH_CHECK(domain::check_locale(*input.locale));
  GH_TRY(const auto password, accept_new_password(deps.settings, input.password, email.canonical, input.name));

  const Timestamp now = deps.clock.now();
  GH_TRY(const auto address, deps.store.write([&](ports::Tx& tx) -> Result<AddressState> {
    GH_TRY([[maybe_unused]] const auto spent,
           reserve_try(tx, deps, {domain::BudgetKind::sign_up}, {email.canonical, request.ip, {}}, now));
    return look_up(tx, email.canonical, now);
  }));
  GH_TRY(const auto hash, hash_for(deps, address, password));

  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    // By the address alone: the network has paid for the sign-up already.
    const auto spent =
        reserve_try(tx, deps, {domain::BudgetKind::mail_address}, {email.canonical, request.ip, {}}, now);
    if (!spent && spent.error().code != ErrorCode::throttled) return Failure(spent.error());
    Record record(tx, deps, request, now);
    domain::PendingSignUp pending;
    pending.id = domain::PendingSignUpId(new_id(now));
    pending.email = email.address;
    pending.email_canonical = email.canonical;
    pending.password_hash = hash;
    pending.name = input.name;
    pending.locale = input.locale;
    pending.client_id = client->name;
    pending.created_at = now;
    pending.expires_at = now + domain::lifetime_of(domain::TokenPurpose::verify_email);
    GH_CHECK(tx.pending_sign_ups().add(pending));
    GH_CHECK(record.audit(by_nobody(), domain::audit_actions::kSignUpRequested, {},
                          {.details = {{"client_id", client->name}}, .personal = {{"email", email.address}}}));
    // Past the cap: the same answer and no mail, whether or not the address is taken.
    if (!spent)
      return pretend_mail(tx, record, templates::kVerifyEmail, {email.address, domain::TokenPurpose::verify_email}, now,
                          Pretended::known_user);
    // Looked up again: the address may have been confirmed while the password was hashed.
    GH_TRY(const auto owner, tx.users().find_by_email(email.canonical));
    if (!owner) return mail_link(tx, record, deps, pending, now);
    return record.mail(templates::kAlreadyRegistered, *owner, {{"link", deps.settings.links.sign_in}});
  }));
  deps.wake();
  return {};
}

Result<domain::UserId> verify_email(const Dependencies& deps, std::string_view token, const RequestInfo& request) {
  const Timestamp now = deps.clock.now();
  GH_TRY(const auto user, deps.store.write([&](ports::Tx& tx) -> Result<domain::UserId> {
    Record record(tx, deps, request, now);
    GH_TRY(const auto taken, take_mailed_token(tx, token, domain::TokenPurpose::verify_email, now));
    // Also one begun before the mode was changed; that fails the write, so the link is good again once it is open.
    if (taken.pending_sign_up_id && deps.settings.sign_up_mode != SignUpMode::open)
      return fail(ErrorCode::sign_up_closed);
    if (taken.pending_sign_up_id) return confirm_sign_up(tx, record, *taken.pending_sign_up_id, now);
    if (taken.user_id) return confirm_user(tx, record, taken, now);
    return fail(ErrorCode::invalid_token);
  }));
  deps.session_map.drop_user(user);
  deps.wake();
  return user;
}

Result<> resend_verification(const Dependencies& deps, const std::string& email, const RequestInfo& request) {
  GH_TRY(const auto address, auth::parse_email_address(email));
  const Timestamp now = deps.clock.now();
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    const auto spent = reserve_try(tx, deps, domain::mail_budgets(false), {address.canonical, request.ip, {}}, now);
    if (!spent && spent.error().code != ErrorCode::throttled) return Failure(spent.error());
    if (!spent) return {};  // past the cap: the same answer, and no mail
    Record record(tx, deps, request, now);
    GH_TRY(const auto state, look_up(tx, address.canonical, now));
    GH_CHECK(record.audit(by_nobody(), domain::audit_actions::kVerificationSent,
                          state.user ? state.user->id : domain::UserId(), {.personal = {{"email", address.address}}}));
    if (!state.user && !state.pending.empty()) return mail_link(tx, record, deps, state.pending.back(), now);
    if (!state.user || state.user->email_verified())
      return pretend_mail(tx, record, templates::kVerifyEmail, {address.address, domain::TokenPurpose::verify_email},
                          now, state.user ? Pretended::known_user : Pretended::nobody);
    auto token = make_mailed_token({.purpose = domain::TokenPurpose::verify_email,
                                    .user_id = state.user->id,
                                    .email = state.user->email,
                                    .email_canonical = state.user->email_canonical},
                                   deps.settings.links.verify_email, now);
    GH_CHECK(tx.verification_tokens().add(token.row));
    return record.mail(templates::kVerifyEmail, *state.user, {{"link", token.link}},
                       {.expires_at = token.row.expires_at});
  }));
  deps.wake();
  return {};
}

}  // namespace gatehouse::application
