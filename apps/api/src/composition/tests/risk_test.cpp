// Account takeover as the service sees it: what makes a right password suspicious, what the owner and the platform are
// told of it, and what `[risk] on_suspicious` asks for besides.
#include <boost/json/parse.hpp>

#include "composition/tests/fixture.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/not_me.hpp"

namespace gatehouse::composition::testing {
namespace {

const std::string kAda = "ada@example.com";
const std::string kHome = "203.0.113.7";
const std::string kElsewhere = "198.51.100.23";
const std::string kWrong = "a wrong battery staple";

struct Risk : ::testing::Test {
  explicit Risk(config::OnSuspicious mode = config::OnSuspicious::notify)
      : world([mode](config::Config& config) { config.risk.on_suspicious = mode; }), id(world.add_user(kAda)) {
    world.sign_in(kAda);
  }

  /// One wrong password at each of many addresses, each from a network of its own.
  void spray(int addresses, const std::string& name = "sprayed") {
    for (int i = 0; i < addresses; ++i) {
      const auto failed = world.try_sign_in(name + std::to_string(i) + "@example.com", kWrong, {},
                                            "198.18." + std::to_string(i / 250) + "." + std::to_string(i % 250));
      ASSERT_EQ(code_of(failed), "invalid_credentials");
    }
  }
  domain::LoginAttempt newest_attempt() {
    ports::AttemptFilter filter;
    filter.user_id = id;
    return world.read([&](ports::Tx& tx) { return tx.attempts().list(filter, {.limit = 1, .after = {}}); })
        ->items.at(0);
  }
  boost::json::object newest_event() {
    const auto events =
        world.read([](ports::Tx& tx) { return tx.outbox().list(0, std::string(domain::topics::kUserSignedIn), 1000); });
    return boost::json::parse(events->back().data).as_object();
  }
  static bool has(const std::vector<std::string>& reasons, std::string_view reason) {
    return std::find(reasons.begin(), reasons.end(), reason) != reasons.end();
  }

  World world;
  domain::UserId id;
};

struct RiskChallenged : Risk {
  RiskChallenged() : Risk(config::OnSuspicious::challenge) {}
};

TEST_F(Risk, spraying_through_many_networks_is_seen_across_accounts_and_told_with_its_reason) {
  spray(60);
  world.sign_in(kAda);  // a browser that is not known, from the usual network: alone that would be nothing
  const auto attempt = newest_attempt();
  EXPECT_TRUE(has(attempt.risk_reasons, "password_spraying"));
  EXPECT_TRUE(has(attempt.risk_reasons, "new_device"));
  EXPECT_FALSE(has(attempt.risk_reasons, "new_network"));
  EXPECT_NE(attempt.risk_level, domain::RiskLevel::low);
  const auto risk = newest_event().at("risk").as_object();
  EXPECT_EQ(risk.at("level").as_string(), domain::to_text(attempt.risk_level));
  EXPECT_EQ(risk.at("score").as_int64(), attempt.risk_score);
  EXPECT_EQ(risk.at("reasons").as_array().size(), attempt.risk_reasons.size());
  EXPECT_EQ(world.count_mails(kAda, "suspicious_sign_in"), 1);
}

TEST_F(Risk, a_few_addresses_that_fail_are_an_ordinary_hour) {
  spray(30);
  world.sign_in(kAda);
  EXPECT_FALSE(has(newest_attempt().risk_reasons, "password_spraying"));
  EXPECT_EQ(world.count_mails(kAda, "suspicious_sign_in"), 0);
}

TEST_F(Risk, addresses_that_fail_three_times_are_no_spraying) {
  for (int round = 0; round < 3; ++round) spray(60);
  world.sign_in(kAda);
  EXPECT_FALSE(has(newest_attempt().risk_reasons, "password_spraying"));
}

TEST_F(Risk, spraying_is_over_two_hours_later) {
  spray(60);
  world.clock.advance(std::chrono::hours(2));
  world.sign_in(kAda);
  EXPECT_FALSE(has(newest_attempt().risk_reasons, "password_spraying"));
}

TEST_F(Risk, a_known_device_is_not_suspected_for_what_others_do) {
  const auto known = world.sign_in(kAda);
  spray(60);
  ignore(world.try_sign_in(kAda, kPassword, known.device_token->expose()));
  EXPECT_TRUE(newest_attempt().risk_reasons.empty());
  EXPECT_EQ(newest_attempt().risk_level, domain::RiskLevel::low);
}

TEST_F(Risk, notify_lets_in_and_one_click_on_not_me_ends_it_all) {
  const auto stranger = world.try_sign_in(kAda, kPassword, {}, kElsewhere);
  ASSERT_TRUE(stranger && std::holds_alternative<SignedIn>(*stranger));
  EXPECT_EQ(newest_attempt().risk_reasons, (std::vector<std::string>{"new_device", "new_network"}));
  const std::string token = world.mailed_token(kAda, "suspicious_sign_in");
  ASSERT_FALSE(token.empty());
  EXPECT_EQ(count_ok(at_once(100, [&](int) { return application::report_not_me(world.deps(), token, world.request); })),
            1);
  EXPECT_FALSE(world.lives(std::get<SignedIn>(*stranger)));
  EXPECT_EQ(code_of(world.try_sign_in(kAda)), "password_reset_required");
  EXPECT_EQ(world.count_mails(kAda, "reset_password"), 1);
}

TEST_F(RiskChallenged, challenge_asks_for_a_code_whose_mail_has_the_click_too) {
  const auto stranger = world.try_sign_in(kAda, kPassword, {}, kElsewhere);
  ASSERT_TRUE(stranger && std::holds_alternative<application::ChallengeIssued>(*stranger)) << "no session by password";
  const auto& issued = std::get<application::ChallengeIssued>(*stranger);
  EXPECT_EQ(issued.methods, std::vector<std::string>{"emailed_code"});
  EXPECT_EQ(world.count_mails(kAda, "sign_in_code"), 1);
  EXPECT_EQ(world.count_mails(kAda, "suspicious_sign_in"), 0) << "one mail says it";
  ASSERT_EQ(code_of(application::report_not_me(world.deps(), world.mailed_token(kAda, "sign_in_code"), world.request)),
            "ok");
  EXPECT_EQ(code_of(world.answer(issued.id.expose(), "emailed_code", "000000")), "challenge_expired");
  EXPECT_EQ(code_of(world.try_sign_in(kAda)), "password_reset_required");
}

TEST_F(RiskChallenged, spraying_asks_for_the_code_where_a_new_browser_alone_would_not) {
  ASSERT_TRUE(std::holds_alternative<SignedIn>(*world.try_sign_in(kAda, kPassword, {}, kHome)));
  spray(60);
  EXPECT_TRUE(std::holds_alternative<application::ChallengeIssued>(*world.try_sign_in(kAda, kPassword, {}, kHome)));
}

TEST_F(RiskChallenged, whoever_has_a_second_factor_is_asked_for_that_one) {
  const auto factor = world.enroll(kAda);
  const auto outcome = world.try_sign_in(kAda, kPassword, {}, kElsewhere);
  ASSERT_TRUE(outcome && std::holds_alternative<application::ChallengeIssued>(*outcome));
  EXPECT_EQ(std::get<application::ChallengeIssued>(*outcome).methods,
            (std::vector<std::string>{"totp", "backup_code"}));
  EXPECT_EQ(world.count_mails(kAda, "sign_in_code"), 0);
}

}  // namespace
}  // namespace gatehouse::composition::testing
