// Passwords forgotten, reset and changed, under attack: cases T14 to T18, T22, T46 and T53 of the security reference.
#include <random>

#include "composition/tests/fixture.hpp"
#include "domain/identity/audit_actions.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/change_email.hpp"
#include "modules/identity/application/change_password.hpp"
#include "modules/identity/application/delete_user.hpp"
#include "modules/identity/application/enroll_totp.hpp"
#include "modules/identity/application/forgot_password.hpp"
#include "modules/identity/application/invitation.hpp"
#include "modules/identity/application/mailbox.hpp"
#include "modules/identity/application/not_me.hpp"
#include "modules/identity/application/reauthenticate.hpp"
#include "modules/identity/application/reset_password.hpp"
#include "modules/identity/application/sign_up.hpp"

namespace gatehouse::composition::testing {
namespace {

const std::string kAda = "ada@example.com";
const std::string kNew = "another long pass phrase";

struct Passwords : ::testing::Test {
  Passwords() : id(world.add_user(kAda)) {}

  Result<> forgot(const std::string& email = kAda) {
    return application::forgot_password(world.deps(), {.email = email, .client_id = ""}, world.request);
  }
  Result<> reset(const std::string& token, const std::string& password = kNew) {
    return application::reset_password(world.deps(), {.token = token, .password = Secret<std::string>(password)},
                                       world.request);
  }
  Result<> change(const SignedIn& signed_in, const std::string& current, const std::string& password) {
    return application::change_password(
        world.deps(), world.caller(signed_in),
        {.current_password = Secret<std::string>(current), .new_password = Secret<std::string>(password)},
        world.request);
  }
  std::string reset_token() {
    EXPECT_EQ(code_of(forgot()), "ok");
    return world.mailed_token(kAda, "reset_password");
  }

  World world;
  domain::UserId id;
};

TEST_F(Passwords, T15_one_of_a_hundred_resets_at_once_wins_and_its_password_alone_works) {
  const std::string token = reset_token();
  const auto phrase = [](int i) { return "a fresh pass phrase, number " + std::to_string(i); };
  const auto results = at_once(100, [&](int i) { return reset(token, phrase(i)); });
  EXPECT_EQ(count_ok(results), 1);
  EXPECT_EQ(count_failed(results, ErrorCode::invalid_token), 99);
  EXPECT_EQ(world.count_audit(id, domain::audit_actions::kPasswordReset), 1);
  EXPECT_EQ(world.count_events(id, domain::topics::kPasswordReset), 1);
  const int winner = static_cast<int>(
      std::find_if(results.begin(), results.end(), [](const auto& each) { return bool(each); }) - results.begin());
  EXPECT_EQ(code_of(world.try_sign_in(kAda, phrase((winner + 1) % 100))), "invalid_credentials");
  EXPECT_EQ(code_of(world.try_sign_in(kAda)), "invalid_credentials");
  EXPECT_EQ(code_of(world.try_sign_in(kAda, phrase(winner))), "ok");
}

TEST_F(Passwords, T15_every_other_mailed_token_is_good_once_of_sixteen_at_once) {
  const auto once = [](auto&& spend) { return count_ok(at_once(16, [&](int) { return spend(); })); };
  const auto& deps = world.deps();

  ASSERT_EQ(code_of(application::sign_up(deps,
                                         {.email = "bob@example.com",
                                          .password = Secret<std::string>(kNew),
                                          .name = {},
                                          .locale = {},
                                          .client_id = ""},
                                         world.request)),
            "ok");
  const std::string verify = world.mailed_token("bob@example.com", "verify_email");
  EXPECT_EQ(once([&] { return application::verify_email(deps, verify, world.request); }), 1);

  const auto signed_in = world.sign_in(kAda);
  ASSERT_EQ(
      code_of(application::request_email_change(deps, world.caller(signed_in), "ada.king@example.com", world.request)),
      "ok");
  const std::string confirm = world.mailed_token("ada.king@example.com", "confirm_email_change");
  EXPECT_EQ(once([&] { return application::confirm_email_change(deps, confirm, world.request); }), 1);
  const std::string undo = world.mailed_token(kAda, "email_change_notice");
  EXPECT_EQ(once([&] { return application::undo_email_change(deps, undo, world.request); }), 1);

  world.sign_in(kAda);
  const std::string not_me = world.mailed_token(kAda, "new_device");
  EXPECT_EQ(once([&] { return application::report_not_me(deps, not_me, world.request); }), 1);

  const auto bob = world.sign_in("bob@example.com", kNew);
  ASSERT_EQ(code_of(application::delete_me(deps, world.caller(bob), world.request)), "ok");
  const std::string cancel = world.mailed_token("bob@example.com", "deletion");
  EXPECT_EQ(once([&] { return application::cancel_deletion(deps, cancel, world.request); }), 1);
}

TEST_F(Passwords, T16_only_the_newest_link_is_good) {
  const std::string older = reset_token();
  world.clock.advance(std::chrono::minutes(6));
  const std::string newer = reset_token();
  ASSERT_NE(older, newer);
  EXPECT_EQ(code_of(reset(older)), "invalid_token");
  EXPECT_EQ(code_of(reset(newer)), "ok");
  EXPECT_EQ(code_of(reset(newer)), "invalid_token");
}

TEST_F(Passwords, T16_a_second_request_within_five_minutes_is_absorbed_and_the_link_stays_good) {
  const std::string token = reset_token();
  world.clock.advance(std::chrono::minutes(4));
  EXPECT_EQ(code_of(forgot()), "ok");
  EXPECT_EQ(world.count_mails(kAda, "reset_password"), 1);
  EXPECT_EQ(code_of(reset(token)), "ok");
}

TEST_F(Passwords, T16_a_link_is_good_for_an_hour) {
  const std::string token = reset_token();
  world.clock.advance(std::chrono::hours(1) - std::chrono::seconds(1));
  EXPECT_EQ(code_of(reset(token)), "ok");
  world.clock.advance(std::chrono::minutes(10));
  const std::string late = reset_token();
  world.clock.advance(std::chrono::hours(1) + std::chrono::seconds(1));
  EXPECT_EQ(code_of(reset(late)), "invalid_token");
}

TEST_F(Passwords, T16_a_change_of_the_password_voids_the_link) {
  const std::string token = reset_token();
  const auto signed_in = world.sign_in(kAda);
  EXPECT_EQ(code_of(change(signed_in, kPassword, kNew)), "ok");
  EXPECT_EQ(code_of(reset(token, "yet another pass phrase")), "invalid_token");
}

TEST_F(Passwords, a_refused_password_leaves_the_link_good) {
  const std::string token = reset_token();
  EXPECT_EQ(code_of(reset(token, "short")), "password_rejected");
  EXPECT_EQ(code_of(reset(token)), "ok");
}

TEST_F(Passwords, T17_a_reset_ends_sessions_challenges_links_and_known_devices) {
  const auto factor = world.enroll(kAda);
  const std::string challenge = world.challenge(kAda);
  ASSERT_EQ(code_of(application::request_email_change(world.deps(), world.caller(factor.session),
                                                      "ada.king@example.com", world.request)),
            "ok");
  const std::string change_link = world.mailed_token("ada.king@example.com", "confirm_email_change");
  ASSERT_EQ(code_of(reset(reset_token())), "ok");

  EXPECT_FALSE(world.lives(factor.session));
  EXPECT_EQ(code_of(world.answer(challenge, "totp", world.code(factor))), "challenge_expired");
  EXPECT_EQ(code_of(application::confirm_email_change(world.deps(), change_link, world.request)), "invalid_token");
  EXPECT_TRUE(world.read([&](ports::Tx& tx) { return tx.devices().list(id); })->empty());
  EXPECT_EQ(world.count_mails(kAda, "password_changed"), 1);
}

TEST_F(Passwords, T17_what_lets_the_owner_take_things_back_survives_a_reset) {
  const auto signed_in = world.sign_in(kAda);
  ASSERT_EQ(code_of(application::request_email_change(world.deps(), world.caller(signed_in), "thief@example.com",
                                                      world.request)),
            "ok");
  ASSERT_EQ(code_of(application::confirm_email_change(
                world.deps(), world.mailed_token("thief@example.com", "confirm_email_change"), world.request)),
            "ok");
  ASSERT_EQ(code_of(forgot("thief@example.com")), "ok");
  ASSERT_EQ(code_of(reset(world.mailed_token("thief@example.com", "reset_password"))), "ok");
  EXPECT_EQ(code_of(application::undo_email_change(world.deps(), world.mailed_token(kAda, "email_change_notice"),
                                                   world.request)),
            "ok");
  EXPECT_EQ(world.user(kAda).id, id);
}

TEST_F(Passwords, T18_a_reset_makes_no_session_and_leaves_the_second_factor) {
  const auto factor = world.enroll(kAda);
  ASSERT_EQ(code_of(reset(reset_token())), "ok");
  EXPECT_TRUE(world.read([&](ports::Tx& tx) { return tx.sessions().list(id, world.now()); })->empty());
  const auto outcome = world.try_sign_in(kAda, kNew);
  ASSERT_EQ(code_of(outcome), "ok");
  ASSERT_TRUE(std::holds_alternative<application::ChallengeIssued>(*outcome));
  const auto& challenge = std::get<application::ChallengeIssued>(*outcome);
  EXPECT_EQ(code_of(world.answer(challenge.id.expose(), "totp", world.code(factor))), "ok");
}

TEST_F(Passwords, T22_two_hundred_requests_mail_no_more_than_the_cap_and_all_say_the_same) {
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(code_of(forgot()), "ok");
    world.clock.advance(std::chrono::seconds(20));
  }
  EXPECT_GE(world.count_mails(kAda, "reset_password"), 1);
  EXPECT_LE(world.count_mails(kAda, "reset_password"), 10);
}

TEST_F(Passwords, T22_requests_for_many_addresses_from_one_network_are_capped_too) {
  for (int i = 0; i < 90; ++i) world.add_user("user" + std::to_string(i) + "@example.com");
  for (int i = 0; i < 90; ++i) EXPECT_EQ(code_of(forgot("user" + std::to_string(i) + "@example.com")), "ok");
  const auto mails = world.read([&](ports::Tx& tx) { return tx.mails().list({}, {.limit = 200, .after = {}}); });
  EXPECT_LE(mails->items.size(), 75u);
  EXPECT_GE(mails->items.size(), 50u);
}

TEST_F(Passwords, T22_past_the_cap_a_request_leaves_no_row_and_no_event_whether_or_not_there_is_an_account) {
  const auto written = [&] {
    ports::AuditFilter filter;
    filter.action = std::string(domain::audit_actions::kPasswordResetRequested);
    const auto rows = world.read([&](ports::Tx& tx) { return tx.audit().list(filter, {.limit = 200, .after = {}}); });
    const auto events = world.read([&](ports::Tx& tx) { return tx.outbox().list(0, "", 1000); });
    return std::pair(rows->items.size(), events->size());
  };
  for (const auto& email : {kAda, std::string("nobody@example.com")}) {
    const auto before = written();
    for (int i = 0; i < 40; ++i) EXPECT_EQ(code_of(forgot(email)), "ok");
    const auto after = written();
    EXPECT_EQ(after.first - before.first, 5u) << email;
    EXPECT_EQ(after.second - before.second, 5u) << email;
  }
}

TEST_F(Passwords, an_unknown_address_gets_the_same_answer_and_no_mail) {
  EXPECT_EQ(code_of(forgot("nobody@example.com")), "ok");
  EXPECT_EQ(world.count_mails("nobody@example.com", "reset_password"), 0);
  EXPECT_EQ(code_of(forgot("Ada <ada@example.com>")), "invalid_email");
}

TEST_F(Passwords, T46_a_disabled_account_is_refused_on_every_path) {
  const auto factor = world.enroll(kAda);
  const std::string challenge = world.challenge(kAda);
  const std::string token = reset_token();
  const auto caller = world.caller(factor.session);
  ASSERT_TRUE(world
                  .write([&](ports::Tx& tx) -> Result<> {
                    GH_TRY(auto user, tx.users().get(id));
                    user.status = domain::UserStatus::disabled;
                    return tx.users().save(user);
                  })
                  .has_value());
  EXPECT_EQ(code_of(world.try_sign_in(kAda)), "account_disabled");
  EXPECT_EQ(code_of(world.try_sign_in(kAda, "not the password at all")), "invalid_credentials");
  EXPECT_EQ(code_of(world.answer(challenge, "totp", world.code(factor))), "account_disabled");
  EXPECT_EQ(code_of(reset(token)), "invalid_token");
  EXPECT_FALSE(world.lives(factor.session));
  world.clock.advance(std::chrono::minutes(10));
  EXPECT_EQ(code_of(forgot()), "ok");
  EXPECT_EQ(world.count_mails(kAda, "reset_password"), 1);
  EXPECT_NE(
      code_of(application::reauthenticate(
          world.deps(), caller,
          {.password = Secret<std::string>(kPassword), .method = {}, .code = Secret<std::string>(world.code(factor))},
          world.request)),
      "ok");
}

TEST_F(Passwords, a_change_needs_the_present_password_and_ends_every_other_session) {
  const auto here = world.sign_in(kAda);
  const auto there = world.sign_in(kAda);
  EXPECT_EQ(code_of(change(here, "not the password at all", kNew)), "invalid_credentials");
  EXPECT_EQ(code_of(application::change_password(world.deps(), world.caller(here),
                                                 {.current_password = {}, .new_password = Secret<std::string>(kNew)},
                                                 world.request)),
            "invalid_request");
  EXPECT_EQ(code_of(change(here, kPassword, kNew)), "ok");
  EXPECT_TRUE(world.lives(here));
  EXPECT_FALSE(world.lives(there));
  EXPECT_EQ(world.count_events(id, domain::topics::kPasswordChanged), 1);
  EXPECT_EQ(code_of(world.try_sign_in(kAda)), "invalid_credentials");
  EXPECT_EQ(code_of(world.try_sign_in(kAda, kNew)), "ok");
}

TEST_F(Passwords, T53_the_whole_password_counts_byte_for_byte_after_nfc) {
  const auto works = [&](const std::string& set, const std::string& given) {
    world.clock.advance(std::chrono::hours(2));
    EXPECT_EQ(code_of(reset(reset_token(), set)), "ok") << set;
    return code_of(world.try_sign_in(kAda, given)) == "ok";
  };
  std::string long_phrase;
  for (int i = 0; long_phrase.size() < 72; ++i) long_phrase += "word" + std::to_string(i * 7) + " ";
  EXPECT_FALSE(works(long_phrase + "tail", long_phrase + "tale"));
  const std::string with_nul("stone bridge over calm water\0 at noon", 37);
  EXPECT_FALSE(works(with_nul, "stone bridge over calm water"));
  EXPECT_TRUE(works(with_nul, with_nul));
  EXPECT_FALSE(works("  two spaces kept on both ends  ", "two spaces kept on both ends"));
  EXPECT_TRUE(works("caf\xC3\xA9 crowded at dawn, twice", "cafe\xCC\x81 crowded at dawn, twice"));
}

TEST_F(Passwords, T53_lengths_are_code_points_up_to_the_cap) {
  std::string phrase;
  for (int i = 0; phrase.size() < 1500; ++i) phrase += std::to_string(i * i * 31 + 7) + " lanterns, ";
  for (const std::size_t length : {64u, 128u, 256u}) {
    world.clock.advance(std::chrono::hours(2));
    EXPECT_EQ(code_of(reset(reset_token(), phrase.substr(0, length))), "ok") << length;
    EXPECT_EQ(code_of(world.try_sign_in(kAda, phrase.substr(0, length))), "ok") << length;
  }
  world.clock.advance(std::chrono::hours(2));
  const std::string token = reset_token();
  EXPECT_EQ(code_of(reset(token, phrase.substr(0, 257))), "password_rejected");
  EXPECT_EQ(code_of(reset(token, std::string(5000, 'x'))), "password_rejected");
  EXPECT_EQ(code_of(world.try_sign_in(kAda, std::string(5000, 'x'))), "invalid_request");
}

TEST_F(Passwords, T14_random_walks_without_a_token_of_ones_own_change_no_password) {
  const auto bob = world.add_user("bob@example.com");
  const std::string before = *world.user(kAda).password_hash;
  ASSERT_EQ(code_of(forgot("bob@example.com")), "ok");
  const std::string bobs = world.mailed_token("bob@example.com", "reset_password");
  const auto bobs_session = world.sign_in("bob@example.com");
  const std::vector<std::string> tokens = {"",
                                           "gthv_",
                                           bobs.substr(0, 40),
                                           bobs + "A",
                                           bobs_session.token.expose(),
                                           std::string(76, 'A'),
                                           "null",
                                           "gthc_" + bobs.substr(5)};
  std::mt19937 dice(4711);
  const auto pick = [&] { return tokens[dice() % tokens.size()]; };
  for (int step = 0; step < 3000; ++step) {
    const std::string token = pick();
    switch (dice() % 7) {
      case 0:
        ignore(reset(token));
        break;
      case 1:
        ignore(application::verify_email(world.deps(), token, world.request));
        break;
      case 2:
        ignore(application::confirm_email_change(world.deps(), token, world.request));
        break;
      case 3:
        ignore(application::undo_email_change(world.deps(), token, world.request));
        break;
      case 4:
        ignore(world.answer(token, step % 2 == 0 ? "totp" : "emailed_code", "000000"));
        break;
      case 5:
        ignore(application::accept_invitation(
            world.deps(), {.token = token, .password = Secret<std::string>(kNew), .name = {}}, world.request));
        break;
      default:
        ignore(application::report_not_me(world.deps(), token, world.request));
    }
  }
  EXPECT_EQ(*world.user(kAda).password_hash, before);
  EXPECT_EQ(world.count_audit(bob, domain::audit_actions::kPasswordReset), 0);
  EXPECT_TRUE(world.lives(bobs_session));
}

}  // namespace
}  // namespace gatehouse::composition::testing
