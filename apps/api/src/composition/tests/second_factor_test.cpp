// Second factors under attack: cases T23 to T27 and T29 of the security reference.
#include "auth/encoding.hpp"
#include "composition/tests/http_calls.hpp"
#include "domain/identity/audit_actions.hpp"
#include "domain/identity/factor_policy.hpp"
#include "modules/identity/application/access_token.hpp"
#include "modules/identity/application/authenticate.hpp"
#include "modules/identity/application/enroll_totp.hpp"
#include "modules/identity/application/list_users.hpp"
#include "modules/identity/application/my_factors.hpp"
#include "modules/identity/application/reset_password.hpp"
#include "modules/identity/application/service_challenge.hpp"
#include "modules/identity/application/step_up.hpp"
#include "modules/identity/http/guard.hpp"
#include "modules/identity/http/routes.hpp"

namespace gatehouse::composition::testing {
namespace {

const std::string kAda = "ada@example.com";

struct SecondFactor : ::testing::Test {
  SecondFactor() : id(world.add_user(kAda)), factor(world.enroll(kAda)) {}

  std::int64_t failures(domain::FactorKind kind) {
    return world.read([&](ports::Tx& tx) { return tx.factors().find_counter(id, kind); })->failures;
  }
  /// A wrong code that is no right one by chance.
  std::string wrong_code() { return world.code(factor, 40); }
  /// A device that Ada signed in from before: its tries are not refused when others guess.
  std::string known_device() {
    auto result = world.answer(world.challenge(kAda), "totp", world.code(factor));
    EXPECT_EQ(code_of(result), "ok");
    world.clock.advance(std::chrono::seconds(60));
    return std::get<SignedIn>(*result).device_token->expose();
  }

  World world;
  domain::UserId id;
  World::Factor factor;
};

TEST_F(SecondFactor, T23_what_the_password_step_gives_is_no_caller_anywhere) {
  const std::string challenge = world.challenge(kAda);
  http::Api api(world.deps());
  for (const auto& row : http::main_rows(true)) {
    if (row.access == http::Access::open) continue;
    server::Request request;
    request.method = row.method;
    request.headers = {{"Authorization", "Bearer " + challenge}};
    const auto caller = http::prove_caller(api, request, row.access, row.permission);
    ASSERT_FALSE(caller.has_value()) << row.method << ' ' << row.pattern;
    EXPECT_EQ(error_info(caller.error().code).status, 401) << row.method << ' ' << row.pattern;
  }
}

TEST_F(SecondFactor, T23_a_right_password_makes_no_session_row) {
  const auto before = world.read([&](ports::Tx& tx) { return tx.sessions().list(id, world.now()); })->size();
  world.challenge(kAda);
  EXPECT_EQ(world.read([&](ports::Tx& tx) { return tx.sessions().list(id, world.now()); })->size(), before);
}

TEST_F(SecondFactor, T24_a_code_is_accepted_once_of_fifty_at_once) {
  std::vector<std::string> challenges;
  const std::string device = known_device();
  challenges.reserve(50);
  for (int i = 0; i < 50; ++i) challenges.push_back(world.challenge(kAda, device));
  const std::string fresh = world.code(factor);
  const auto results =
      at_once(50, [&](int i) { return world.answer(challenges[static_cast<std::size_t>(i)], "totp", fresh); });
  EXPECT_EQ(count_ok(results), 1);
  EXPECT_EQ(code_of(world.answer(world.challenge(kAda, device), "totp", fresh)), "invalid_code");
}

TEST_F(SecondFactor, T24_only_six_ascii_digits_of_a_later_step_are_a_code) {
  const auto refused = [&](const std::string& code) {
    return code_of(world.answer(world.challenge(kAda), "totp", code)) == "invalid_code";
  };
  const std::string code = world.code(factor);
  std::string wide;
  for (const char c : code) wide += "\xEF\xBC" + std::string(1, static_cast<char>(0x90 + (c - '0')));
  EXPECT_TRUE(refused("+" + code));
  EXPECT_TRUE(refused(code + "0"));
  EXPECT_TRUE(refused(wide));
  EXPECT_EQ(code_of(world.answer(world.challenge(kAda), "totp", code.substr(0, 3) + " " + code.substr(3))), "ok");
  EXPECT_TRUE(refused(world.code(factor, -1)));
  EXPECT_TRUE(refused(code));
}

TEST_F(SecondFactor, T25_five_wrong_codes_end_a_challenge) {
  const std::string challenge = world.challenge(kAda);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(code_of(world.answer(challenge, "totp", wrong_code())), "invalid_code");
  EXPECT_EQ(code_of(world.answer(challenge, "totp", world.code(factor))), "challenge_expired");
}

TEST_F(SecondFactor, T25_two_hundred_guesses_at_once_never_exceed_the_budget_of_a_challenge) {
  const std::string challenge = world.challenge(kAda);
  const auto results = at_once(200, [&](int) { return world.answer(challenge, "totp", wrong_code()); });
  EXPECT_EQ(count_failed(results, ErrorCode::invalid_code), 5);
  EXPECT_EQ(count_failed(results, ErrorCode::challenge_expired), 195);
  EXPECT_EQ(failures(domain::FactorKind::totp), 5);
}

TEST_F(SecondFactor, T25_hashed_guesses_at_once_stay_within_the_same_budget) {
  const std::string challenge = world.challenge(kAda);
  const auto results = at_once(50, [&](int) { return world.answer(challenge, "backup_code", "0000-0000-0000-0000"); });
  EXPECT_LE(count_failed(results, ErrorCode::invalid_code), 5);
  EXPECT_EQ(count_ok(results), 0);
  EXPECT_LE(failures(domain::FactorKind::backup_code), 5);
}

TEST_F(SecondFactor, T25_ten_wrong_codes_expose_the_password_to_unknown_devices_alone) {
  const std::string device = known_device();
  for (int challenge = 0; challenge < 2; ++challenge) {
    const std::string id_text = world.challenge(kAda);
    const char* method = challenge == 0 ? "totp" : "backup_code";
    for (int i = 0; i < 5; ++i) ignore(world.answer(id_text, method, wrong_code()));
  }
  EXPECT_EQ(code_of(world.try_sign_in(kAda)), "password_reset_required");
  EXPECT_EQ(world.count_mails(kAda, "password_exposed"), 1);
  EXPECT_EQ(code_of(world.answer(world.challenge(kAda, device), "totp", world.code(factor))), "ok");
}

TEST_F(SecondFactor, T25_a_challenge_made_before_the_exposure_is_refused_after_it) {
  const std::string early = world.challenge(kAda);
  for (int challenge = 0; challenge < 2; ++challenge) {
    const std::string id_text = world.challenge(kAda);
    for (int i = 0; i < 5; ++i) ignore(world.answer(id_text, "totp", wrong_code()));
  }
  EXPECT_EQ(code_of(world.answer(early, "totp", world.code(factor))), "password_reset_required");
}

TEST_F(SecondFactor, T25_fifty_wrong_codes_lock_the_app_until_a_backup_code_frees_it) {
  const std::string device = known_device();
  for (int challenge = 0; challenge < 12; ++challenge) {
    const std::string id_text = world.challenge(kAda, device);
    for (int i = 0; i < 5; ++i) ignore(world.answer(id_text, "totp", wrong_code()));
  }
  EXPECT_EQ(failures(domain::FactorKind::totp), domain::kFactorLockedAfter);
  EXPECT_EQ(code_of(world.answer(world.challenge(kAda, device), "totp", world.code(factor))), "invalid_code");
  EXPECT_EQ(code_of(world.answer(world.challenge(kAda, device), "backup_code", factor.backup_codes[3])), "ok");
  world.clock.advance(std::chrono::seconds(60));
  EXPECT_EQ(code_of(world.answer(world.challenge(kAda, device), "totp", world.code(factor))), "ok");
}

TEST_F(SecondFactor, T25_guesses_at_once_over_forty_challenges_stop_at_the_lock) {
  const std::string device = known_device();
  std::vector<std::string> challenges;
  challenges.reserve(40);
  for (int i = 0; i < 40; ++i) challenges.push_back(world.challenge(kAda, device));
  at_once(200, [&](int i) { return world.answer(challenges[static_cast<std::size_t>(i) % 40], "totp", wrong_code()); });
  EXPECT_EQ(failures(domain::FactorKind::totp), domain::kFactorLockedAfter);
  EXPECT_EQ(world.count_audit(id, "mfa.factor_locked"), 1);
}

TEST_F(SecondFactor, T26_a_backup_code_is_good_once_of_a_hundred_uses_at_once) {
  const std::string device = known_device();
  std::vector<std::string> challenges;
  challenges.reserve(100);
  for (int i = 0; i < 100; ++i) challenges.push_back(world.challenge(kAda, device));
  const auto results = at_once(100, [&](int i) {
    return world.answer(challenges[static_cast<std::size_t>(i)], "backup_code", factor.backup_codes[0]);
  });
  EXPECT_EQ(count_ok(results), 1);
  EXPECT_EQ(world.read([&](ports::Tx& tx) { return tx.factors().list_backup_codes(id); })->size(), 9u);
  EXPECT_EQ(world.count_mails(kAda, "backup_code_used"), 1);
}

TEST_F(SecondFactor, T26_a_new_set_voids_every_old_code) {
  const auto caller = world.caller(factor.session);
  const auto renewed = application::renew_backup_codes(world.deps(), caller, world.request);
  ASSERT_EQ(code_of(renewed), "ok");
  EXPECT_EQ(code_of(world.answer(world.challenge(kAda), "backup_code", factor.backup_codes[1])), "invalid_code");
  EXPECT_EQ(code_of(world.answer(world.challenge(kAda), "backup_code", (*renewed)[1].expose())), "ok");
}

TEST_F(SecondFactor, T26_backup_codes_have_eighty_random_bits_and_are_stored_hashed_alone) {
  const auto rows = world.read([&](ports::Tx& tx) { return tx.factors().list_backup_codes(id); });
  ASSERT_EQ(rows->size(), 10u);
  for (const auto& row : *rows) {
    EXPECT_EQ(row.salt, rows->front().salt);
    EXPECT_TRUE(row.code_hash.starts_with("$argon2id$"));
    for (const auto& code : factor.backup_codes) EXPECT_EQ(row.code_hash.find(code), std::string::npos);
  }
  for (const auto& code : factor.backup_codes) {
    EXPECT_EQ(code.size(), 19u);
    EXPECT_EQ(code.find_first_not_of("0123456789abcdefghjkmnpqrstvwxyz-"), std::string::npos);
  }
}

TEST_F(SecondFactor, T26_letters_that_look_like_digits_are_read_as_them) {
  std::string typed = factor.backup_codes[2];
  for (char& c : typed) c = c == '0' ? 'O' : c == '1' ? 'l' : static_cast<char>(std::toupper(c));
  EXPECT_EQ(code_of(world.answer(world.challenge(kAda), "backup_code", typed)), "ok");
}

TEST_F(SecondFactor, T27_a_challenge_makes_one_session_of_a_hundred_answers_at_once) {
  const auto before = world.read([&](ports::Tx& tx) { return tx.sessions().list(id, world.now()); })->size();
  const std::string challenge = world.challenge(kAda);
  const std::string code = world.code(factor);
  const auto results = at_once(100, [&](int) { return world.answer(challenge, "totp", code); });
  EXPECT_EQ(count_ok(results), 1);
  EXPECT_EQ(world.read([&](ports::Tx& tx) { return tx.sessions().list(id, world.now()); })->size(), before + 1);
  EXPECT_EQ(code_of(world.answer(challenge, "totp", world.code(factor, 1))), "challenge_expired");
}

TEST_F(SecondFactor, T27_a_challenge_ends_after_five_minutes) {
  const std::string challenge = world.challenge(kAda);
  world.clock.advance(std::chrono::minutes(5) + std::chrono::seconds(1));
  EXPECT_EQ(code_of(world.answer(challenge, "totp", world.code(factor))), "challenge_expired");
}

TEST_F(SecondFactor, T27_a_code_answers_no_challenge_of_another_user) {
  world.add_user("bob@example.com");
  const auto bobs = world.enroll("bob@example.com");
  EXPECT_EQ(code_of(world.answer(world.challenge(kAda), "totp", world.code(bobs))), "invalid_code");
}

TEST_F(SecondFactor, T27_a_spoilt_challenge_id_is_over_and_another_kind_of_token_is_told) {
  std::string challenge = world.challenge(kAda);
  challenge[40] = challenge[40] == 'A' ? 'B' : 'A';
  EXPECT_EQ(code_of(world.answer(challenge, "totp", world.code(factor))), "challenge_expired");
  EXPECT_EQ(code_of(world.answer(factor.session.token.expose(), "totp", world.code(factor))), "wrong_token_type");
}

TEST_F(SecondFactor, T27_a_cookie_clients_challenge_is_answered_by_its_browser_alone) {
  const auto outcome = application::sign_in(
      world.deps(),
      {.email = kAda, .password = Secret<std::string>(kPassword), .client_id = "pages", .device_token = {}},
      world.request);
  ASSERT_EQ(code_of(outcome), "ok");
  const auto& issued = std::get<application::ChallengeIssued>(*outcome);
  ASSERT_TRUE(issued.cookie.has_value());
  application::VerifyMfaInput input{
      .challenge_id = issued.id.expose(), .method = "totp", .code = Secret<std::string>(world.code(factor))};
  EXPECT_EQ(code_of(application::verify_mfa(world.deps(), input, world.request)), "challenge_expired");
  input.cookie = "another";
  EXPECT_EQ(code_of(application::verify_mfa(world.deps(), input, world.request)), "challenge_expired");
  input.cookie = issued.cookie->expose();
  EXPECT_EQ(code_of(application::verify_mfa(world.deps(), input, world.request)), "ok");
}

TEST_F(SecondFactor, the_session_it_makes_is_aal2_by_password_code_and_both) {
  const auto result = world.answer(world.challenge(kAda), "totp", world.code(factor));
  ASSERT_EQ(code_of(result), "ok");
  const auto& session = std::get<SignedIn>(*result).session;
  EXPECT_EQ(session.acr, domain::Acr::aal2);
  EXPECT_EQ(session.amr, (std::vector<std::string>{"pwd", "otp", "mfa"}));
}

TEST_F(SecondFactor, a_services_challenge_ends_in_a_statement_that_it_alone_may_see) {
  const auto payouts = world.service("payouts", {"identity.mfa.challenge"});
  const auto other = world.service("other", {"identity.mfa.challenge"});
  const auto issued =
      application::create_service_challenge(world.deps(), payouts, {id, "payouts.approve"}, world.request);
  ASSERT_EQ(code_of(issued), "ok");
  const std::string challenge = issued->id.expose();
  const auto sessions = world.read([&](ports::Tx& tx) { return tx.sessions().list(id, world.now()); })->size();
  EXPECT_EQ(application::find_service_challenge(world.deps(), payouts, challenge)->status, "pending");
  EXPECT_EQ(code_of(application::find_service_challenge(world.deps(), other, challenge)), "not_found");
  const auto result = world.answer(challenge, "totp", world.code(factor));
  ASSERT_EQ(code_of(result), "ok");
  EXPECT_EQ(std::get<application::ChallengeProved>(*result).user_id, id);
  EXPECT_EQ(application::find_service_challenge(world.deps(), payouts, challenge)->status, "verified");
  EXPECT_EQ(world.read([&](ports::Tx& tx) { return tx.sessions().list(id, world.now()); })->size(), sessions);
}

TEST_F(SecondFactor, a_service_can_ask_nothing_of_somebody_without_a_factor) {
  const auto bob = world.add_user("bob@example.com");
  const auto payouts = world.service("payouts", {"identity.mfa.challenge"});
  EXPECT_EQ(code_of(application::create_service_challenge(world.deps(), payouts, {bob, "x"}, world.request)),
            "conflict");
  EXPECT_EQ(code_of(application::create_service_challenge(world.deps(), payouts, {domain::UserId("nobody"), "x"},
                                                          world.request)),
            "not_found");
}

TEST(SecondFactorDuty, T29_a_session_of_one_factor_may_not_remove_the_other) {
  World world;
  world.add_user(kAda);
  const auto early = world.sign_in(kAda);
  world.enroll(kAda);
  const auto allowed = application::require_step_up(world.deps(), world.caller(early));
  ASSERT_EQ(code_of(allowed), "reauthentication_required");
  EXPECT_EQ(allowed.error().step_up->acr_values, "aal2");
}

struct LaterRole : ::testing::Test {
  LaterRole()
      : world([](config::Config& config) { config.mfa.required_roles = {"admin"}; }),
        http(world),
        id(world.add_user(kAda)),
        session(world.sign_in(kAda)) {}

  std::string list(const SignedIn& by) {
    return code_of(application::list_users(world.deps(), world.caller(by), {}, {.limit = 10, .after = {}}));
  }
  std::string mint(const SignedIn& by) {
    return code_of(application::mint_access_token(world.deps(), world.caller(by), std::nullopt));
  }
  SignedIn enroll(const SignedIn& by) {
    const auto caller = world.caller(by);
    const auto begun = application::begin_totp(world.deps(), caller, world.request).value();
    const World::Factor factor{Secret<std::string>(*auth::base32_decode(begun.secret.expose())), {}, {}};
    return std::move(
        application::confirm_totp(world.deps(), caller, Secret<std::string>(world.code(factor)), world.request)
            .value()
            .signed_in);
  }

  World world;
  Http http;
  domain::UserId id;
  SignedIn session;
};

TEST_F(LaterRole, T29_a_role_that_needs_a_second_factor_is_worth_nothing_in_a_session_without_one) {
  EXPECT_EQ(mint(session), "ok") << "nothing asks for a factor yet";
  give_role(world, id, "admin");
  EXPECT_EQ(list(session), "mfa_required");
  EXPECT_EQ(mint(session), "mfa_required");
  EXPECT_EQ(http({"GET", "/v1/admin/roles", session.token.expose()}).code, "mfa_required")
      << "the guard asks by itself";
  EXPECT_EQ(http({"GET", "/v1/me", session.token.expose()}).status, 200);
  const auto strong = enroll(session);
  EXPECT_EQ(list(strong), "ok");
  EXPECT_EQ(mint(strong), "ok");
  EXPECT_EQ(http({"GET", "/v1/admin/roles", strong.token.expose()}).status, 200);
}

TEST_F(LaterRole, T29_its_other_sessions_stay_as_weak_as_they_were) {
  const auto other = world.sign_in(kAda);
  give_role(world, id, "admin");
  enroll(session);
  EXPECT_EQ(list(other), "mfa_required");
  EXPECT_EQ(mint(other), "mfa_required");
}

TEST_F(LaterRole, what_is_refused_for_want_of_a_factor_is_on_record) {
  give_role(world, id, "admin");
  http({"GET", "/v1/admin/users", session.token.expose()});
  ports::AuditFilter filter;
  filter.actor_id = id.str();
  filter.action = std::string(domain::audit_actions::kAccessDenied);
  const auto page = world.read([&](ports::Tx& tx) { return tx.audit().list(filter, {.limit = 10, .after = {}}); });
  ASSERT_EQ(page->items.size(), 1u);
  EXPECT_EQ(page->items.front().reason, "mfa_required");
}

struct Duty : ::testing::Test {
  Duty() : world([](config::Config& config) { config.mfa.required = true; }) {
    world.add_user(kAda);
    const auto outcome = world.try_sign_in(kAda);
    if (outcome && std::holds_alternative<application::EnrollmentIssued>(*outcome))
      token = std::get<application::EnrollmentIssued>(*outcome).token.expose();
  }
  std::string code(int steps) {
    const auto secret =
        auth::base32_decode(application::begin_totp(world.deps(), token, world.request).value().secret.expose());
    return world.code({.secret = Secret<std::string>(*secret), .backup_codes = {}, .session = {}}, steps);
  }

  World world;
  std::string token;
};

TEST_F(Duty, finishing_the_enrolment_makes_the_session_once_of_sixteen_at_once) {
  const Secret<std::string> first(code(0));
  const auto results =
      at_once(16, [&](int) { return application::confirm_totp(world.deps(), token, first, world.request); });
  ASSERT_EQ(count_ok(results), 1);
  for (const auto& each : results) {
    if (!each) continue;
    EXPECT_EQ(each->signed_in.session.acr, domain::Acr::aal2);
    EXPECT_EQ(each->backup_codes.size(), 10u);
    EXPECT_TRUE(world.lives(each->signed_in));
  }
}

TEST_F(Duty, T29_the_last_factor_of_an_account_that_must_have_one_stays) {
  const auto confirmed = application::confirm_totp(world.deps(), token, Secret<std::string>(code(0)), world.request);
  ASSERT_EQ(code_of(confirmed), "ok");
  const auto caller = world.caller(confirmed->signed_in);
  EXPECT_EQ(code_of(application::remove_totp(world.deps(), caller, world.request)), "conflict");
}

TEST_F(Duty, T23_the_enrolment_token_is_no_session_and_no_other_link) {
  EXPECT_EQ(code_of(application::Authenticator(world.deps()).session(token)), "wrong_token_type");
  EXPECT_EQ(
      code_of(application::reset_password(
          world.deps(), {.token = token, .password = Secret<std::string>("another long pass phrase")}, world.request)),
      "invalid_token");
}

}  // namespace
}  // namespace gatehouse::composition::testing
