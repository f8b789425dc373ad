// A code by mail for a suspicious sign-in without a second factor: ASVS 6.5.5 and 6.6.2, and T25 as it concerns mailed
// codes.
#include <regex>

#include "composition/tests/fixture.hpp"
#include "modules/identity/application/mailbox.hpp"

namespace gatehouse::composition::testing {
namespace {

const std::string kAda = "ada@example.com";

struct EmailedCode : ::testing::Test {
  EmailedCode() : world([](config::Config& config) { config.risk.on_suspicious = config::OnSuspicious::challenge; }) {
    world.add_user(kAda);
    world.sign_in(kAda);  // from where Ada usually is
  }
  /// A sign-in from a new device and network.
  std::string suspicious_challenge() {
    const auto outcome = world.try_sign_in(kAda, kPassword, {}, "198.51.100.23");
    EXPECT_EQ(code_of(outcome), "ok");
    if (!outcome || !std::holds_alternative<application::ChallengeIssued>(*outcome)) {
      ADD_FAILURE() << "no challenge";
      return {};
    }
    const auto& issued = std::get<application::ChallengeIssued>(*outcome);
    EXPECT_EQ(issued.methods, std::vector<std::string>{"emailed_code"});
    return issued.id.expose();
  }
  std::string newest_code() {
    const auto mails = application::list_mailbox(world.deps(), kAda, std::nullopt);
    for (const auto& mail : *mails) {
      std::smatch found;
      if (mail.message.template_name == "sign_in_code" &&
          std::regex_search(mail.message.text, found, std::regex(R"(\b[0-9]{6}\b)")))
        return found.str();
    }
    return {};
  }
  static std::string another(const std::string& code) { return code == "000000" ? "000001" : "000000"; }

  World world;
};

TEST_F(EmailedCode, lets_in_once_of_sixteen_at_once_and_never_as_aal2) {
  const std::string challenge = suspicious_challenge();
  const std::string code = newest_code();
  ASSERT_EQ(code.size(), 6u);
  const auto results = at_once(16, [&](int) { return world.answer(challenge, "emailed_code", code); });
  ASSERT_EQ(count_ok(results), 1);
  for (const auto& each : results) {
    if (!each) continue;
    EXPECT_EQ(std::get<SignedIn>(*each).session.acr, domain::Acr::aal1);
    EXPECT_EQ(std::get<SignedIn>(*each).session.amr, std::vector<std::string>{"pwd"});
  }
}

TEST_F(EmailedCode, is_bound_to_the_challenge_that_asked_for_it) {
  const std::string first = suspicious_challenge();
  const std::string code = newest_code();
  std::string second;
  do {  // once in a million two codes are alike; then the next challenge tells them apart
    second = suspicious_challenge();
  } while (newest_code() == code);
  EXPECT_EQ(code_of(world.answer(second, "emailed_code", code)), "invalid_code");
  EXPECT_EQ(code_of(world.answer(first, "emailed_code", code)), "ok");
}

TEST_F(EmailedCode, T25_five_wrong_codes_end_its_challenge) {
  const std::string challenge = suspicious_challenge();
  const std::string code = newest_code();
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(code_of(world.answer(challenge, "emailed_code", another(code))), "invalid_code");
  EXPECT_EQ(code_of(world.answer(challenge, "emailed_code", code)), "challenge_expired");
}

TEST_F(EmailedCode, T25_whoever_has_the_password_gets_only_as_many_codes_as_mails_are_allowed) {
  int challenges = 0;
  Result<application::SignInOutcome> outcome;
  for (; challenges < 30; ++challenges) {
    outcome = world.try_sign_in(kAda, kPassword, {}, "198.51.100.23");
    if (!outcome) break;
  }
  EXPECT_LT(challenges, 15);
  ASSERT_EQ(code_of(outcome), "throttled");
  EXPECT_TRUE(outcome.error().retry_after.has_value());
}

TEST_F(EmailedCode, is_not_kept_in_clear) {
  const std::string challenge = suspicious_challenge();
  const std::string code = newest_code();
  const auto ada = world.user(kAda).id;
  const auto tokens = world.read([&](ports::Tx& tx) {
    return tx.verification_tokens().list(ada, domain::TokenPurpose::emailed_code, world.now());
  });
  ASSERT_EQ(tokens->size(), 1u);
  EXPECT_EQ(tokens->front().payload.find(code), std::string::npos);
  EXPECT_EQ(tokens->front().token_hash.size(), 32u);
}

}  // namespace
}  // namespace gatehouse::composition::testing
