#include "composition/tests/fixture.hpp"

#include "auth/encoding.hpp"
#include "auth/token.hpp"
#include "auth/totp.hpp"
#include "config/load.hpp"
#include "modules/identity/application/authenticate.hpp"
#include "modules/identity/application/enroll_totp.hpp"
#include "modules/identity/application/mailbox.hpp"
#include "modules/identity/application/provision_user.hpp"
#include "modules/identity/application/record.hpp"

namespace gatehouse::composition::testing {
namespace {

config::Config small_config(const Configure& configure) {
  auto loaded = config::load({.mode = config::Mode::development, .data = ":memory:", .cores = 2});
  if (!loaded.problems.empty()) throw std::runtime_error("the development configuration does not load");
  // Cheap hashes and room for a hundred at once: the tests are about who wins, not about how long it takes.
  loaded.config.password.argon2_memory_kib = 64;
  loaded.config.password.argon2_iterations = 1;
  loaded.config.server.hash_queue = 10'000;
  if (configure) configure(loaded.config);
  return loaded.config;
}

}  // namespace

World::World(const Configure& configure, Purpose purpose) {
  auto opened = Core::open(small_config(configure), purpose, clock);
  if (!opened) throw std::runtime_error(opened.error().detail + " " + opened.error().cause);
  core = std::move(*opened);
}

domain::UserId World::add_user(const std::string& email, const std::string& password) {
  const auto made = application::provision_user(deps(),
                                                {.email = email,
                                                 .password = Secret<std::string>(password),
                                                 .name = "Ada",
                                                 .roles = {},
                                                 .verified = true,
                                                 .password_rule = application::PasswordRule::any},
                                                application::operator_caller("test"), request);
  EXPECT_TRUE(made.has_value());
  return made ? made->user.id : domain::UserId();
}

World::Factor World::enroll(const std::string& email, const std::string& password) {
  const auto session = caller(sign_in(email, password));
  const auto begun = application::begin_totp(deps(), session, request);
  EXPECT_TRUE(begun.has_value());
  Factor factor;
  factor.secret = Secret<std::string>(auth::base32_decode(begun->secret.expose()).value_or(""));
  // The step before this one, so that the present one is still good.
  auto confirmed = application::confirm_totp(deps(), session, Secret<std::string>(code(factor, -1)), request);
  EXPECT_EQ(code_of(confirmed), "ok");
  for (const auto& text : confirmed->backup_codes) factor.backup_codes.push_back(text.expose());
  factor.session = std::move(confirmed->signed_in);
  return factor;
}

std::string World::code(const Factor& factor, int steps) const {
  return auth::totp_code(factor.secret, auth::totp_step(now()) + steps);
}

Result<application::SignInOutcome> World::try_sign_in(const std::string& email, const std::string& password,
                                                      const std::optional<std::string>& device_token,
                                                      const std::string& ip) {
  RequestInfo from = request;
  from.ip = ip;
  return application::sign_in(
      deps(),
      {.email = email, .password = Secret<std::string>(password), .client_id = "", .device_token = device_token}, from);
}

SignedIn World::sign_in(const std::string& email, const std::string& password,
                        const std::optional<std::string>& device_token) {
  auto outcome = try_sign_in(email, password, device_token);
  EXPECT_EQ(code_of(outcome), "ok");
  if (!outcome || !std::holds_alternative<SignedIn>(*outcome)) {
    ADD_FAILURE() << "no session";
    return {};
  }
  return std::get<SignedIn>(std::move(*outcome));
}

std::string World::challenge(const std::string& email, const std::optional<std::string>& device_token) {
  const auto outcome = try_sign_in(email, kPassword, device_token);
  EXPECT_EQ(code_of(outcome), "ok");
  if (!outcome || !std::holds_alternative<application::ChallengeIssued>(*outcome)) {
    ADD_FAILURE() << "no challenge";
    return {};
  }
  return std::get<application::ChallengeIssued>(*outcome).id.expose();
}

Result<application::MfaResult> World::answer(const std::string& challenge, const std::string& method,
                                             const std::string& code) {
  return application::verify_mfa(
      deps(), {.challenge_id = challenge, .method = method, .code = Secret<std::string>(code)}, request);
}

Caller World::caller(const SignedIn& signed_in) {
  auto proved = application::Authenticator(deps()).session(signed_in.token.expose());
  if (!proved) throw std::runtime_error("the session does not answer");
  return std::move(*proved);
}

Caller World::service(const std::string& name, std::vector<std::string> permissions) {
  domain::ServiceKey key;
  const Timestamp at = now();
  key.id = domain::ServiceKeyId(application::new_id(at));
  key.service = name;
  auto token = auth::new_token(auth::TokenKind::service, key.id.str());
  key.key_hash = token.hash;
  key.permissions = std::move(permissions);
  key.created_at = at;
  EXPECT_TRUE(write([&](ports::Tx& tx) { return tx.services().add(key); }).has_value());
  auto proved = application::Authenticator(deps()).service(token.text.expose());
  if (!proved) throw std::runtime_error("the service key does not answer");
  return std::move(*proved);
}

bool World::lives(const SignedIn& signed_in) {
  return application::Authenticator(deps()).session(signed_in.token.expose()).has_value();
}

domain::User World::user(const std::string& email) {
  const auto found = read([&](ports::Tx& tx) { return tx.users().find_by_email(email); });
  EXPECT_TRUE(found && *found) << email;
  return found && *found ? **found : domain::User();
}

std::string World::mailed_token(const std::string& to, const std::string& template_name) {
  const auto mails = application::list_mailbox(deps(), to, std::nullopt);
  EXPECT_TRUE(mails.has_value());
  for (const auto& mail : *mails)
    if (mail.message.template_name == template_name && mail.token) return *mail.token;
  return {};
}

int World::count_mails(const std::string& to, const std::string& template_name) {
  const auto mails = application::list_mailbox(deps(), to, std::nullopt);
  EXPECT_TRUE(mails.has_value());
  return static_cast<int>(std::count_if(mails->begin(), mails->end(),
                                        [&](const auto& mail) { return mail.message.template_name == template_name; }));
}

int World::count_audit(const domain::UserId& user, std::string_view action) {
  ports::AuditFilter filter;
  filter.subject_id = user.str();
  filter.action = std::string(action);
  const auto page = read([&](ports::Tx& tx) { return tx.audit().list(filter, {.limit = 200, .after = {}}); });
  EXPECT_TRUE(page.has_value());
  return static_cast<int>(std::count_if(page->items.begin(), page->items.end(), [](const auto& entry) {
    return entry.outcome == domain::AuditOutcome::success;
  }));
}

int World::count_events(const domain::UserId& user, std::string_view topic) {
  const auto events = read([&](ports::Tx& tx) { return tx.outbox().list(0, std::string(topic), 1000); });
  EXPECT_TRUE(events.has_value());
  return static_cast<int>(
      std::count_if(events->begin(), events->end(), [&](const auto& event) { return event.subject == user; }));
}

}  // namespace gatehouse::composition::testing
