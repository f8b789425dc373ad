// What a mail provider reports: proved by its signature, counted once, believed in any order, and seen by support.
#include "adapters/mail/resend/webhook.hpp"
#include "auth/crypto/digest.hpp"
#include "auth/encoding.hpp"
#include "composition/tests/http_calls.hpp"
#include "domain/identity/audit_actions.hpp"
#include "modules/identity/application/change_password.hpp"
#include "modules/identity/application/forgot_password.hpp"
#include "modules/identity/application/reset_password.hpp"

namespace gatehouse::composition::testing {
namespace {

using domain::MailState;
constexpr const char* kRoute = "/v1/webhooks/resend";
const std::string kKey = "a key of Resend's, 32 bytes long";
const std::string kHardBounce = R"({"type":"Permanent","subType":"General","message":"no such user"})";

struct MailReports : ::testing::Test {
  MailReports() : reader(Secret<std::string>("whsec_" + auth::base64_encode(kKey))), http(world) {
    http.api.mail_feedback = &reader;
    world.add_user("ada@example.com");
    staff = staff_token(world, "support@example.com", "support");
  }

  /// Signed as Svix signs.
  Call report(const std::string& id, const std::string& body) const {
    const auto time = std::to_string(to_unix_seconds(world.now()));
    const auto signature = "v1," + auth::base64_encode(auth::hmac_sha256(kKey, id + "." + time + "." + body));
    return {
        "POST", kRoute, "", {}, "", body, {{"svix-id", id}, {"svix-timestamp", time}, {"svix-signature", signature}}};
  }
  static std::string body_of(const std::string& type, const std::string& email_id, const std::string& more = {}) {
    return R"({"type":")" + type + R"(","data":{"email_id":")" + email_id + '"' + (more.empty() ? "" : "," + more) +
           "}}";
  }
  int tell(const std::string& type, const std::string& email_id, const std::string& more = {}) {
    return http(report("msg_" + std::to_string(++reports), body_of(type, email_id, more))).status;
  }

  domain::MailMessage newest(const std::string& to) {
    ports::MailFilter filter;
    filter.to = to;
    return world.read([&](ports::Tx& tx) { return tx.mails().list(filter, {.limit = 1, .after = {}}); })->items.at(0);
  }
  /// A mail to ada that the provider has taken under this id.
  domain::MailMessage sent(const std::string& provider_id) {
    world.clock.advance(std::chrono::minutes(6));
    ignore(application::forgot_password(world.deps(), {.email = "ada@example.com", .client_id = ""}, world.request));
    auto mail = newest("ada@example.com");
    mail.state = MailState::sent;
    mail.provider_id = provider_id;
    EXPECT_TRUE(world.write([&](ports::Tx& tx) { return tx.mails().save_delivery(mail, true); }));
    return mail;
  }
  MailState state_of(const domain::MailMessage& mail) {
    return world.read([&](ports::Tx& tx) { return tx.mails().find(mail.id); })->value().state;
  }
  int count_marks() {
    return world.count_audit(world.user("ada@example.com").id, domain::audit_actions::kUserUndeliverable);
  }

  World world;
  adapters::mail::ResendFeedbackReader reader;
  Http http;
  std::string staff;
  int reports = 0;
};

TEST_F(MailReports, the_route_is_not_there_unless_mail_goes_by_resend) {
  http.api.mail_feedback = nullptr;
  EXPECT_EQ(tell("email.delivered", "re_1"), 404);
}

TEST_F(MailReports, only_a_genuine_fresh_signature_is_believed) {
  const auto mail = sent("re_1");
  const auto good = report("msg_a", body_of("email.delivered", "re_1"));
  auto altered = good;
  altered.body += " ";
  EXPECT_EQ(http(altered).code, "forbidden");
  auto other_id = good;
  other_id.headers[0].second = "msg_b";
  EXPECT_EQ(http(other_id).code, "forbidden");
  for (std::size_t i = 0; i < 3; ++i) {
    auto without = good;
    without.headers.erase(without.headers.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_EQ(http(without).code, "invalid_request") << i;
    auto twice = good;
    twice.headers.push_back(good.headers[i]);
    EXPECT_EQ(http(twice).code, "invalid_request") << i;
  }
  world.clock.advance(std::chrono::minutes(5) + std::chrono::seconds(1));
  EXPECT_EQ(http(good).code, "forbidden");
  EXPECT_EQ(state_of(mail), MailState::sent);
  EXPECT_EQ(http(report("msg_a", "[]")).code, "invalid_json");
  EXPECT_EQ(http(report("msg_a", good.body)).status, 204) << "a refused report has not used its id up";
  EXPECT_EQ(state_of(mail), MailState::delivered);
}

TEST_F(MailReports, sixteen_deliveries_of_one_report_count_once) {
  sent("re_1");
  const auto bounce = report("msg_a", body_of("email.bounced", "re_1", "\"bounce\":" + kHardBounce));
  const auto answers = at_once(16, [&](int) { return http(bounce).status; });
  EXPECT_EQ(std::count(answers.begin(), answers.end(), 204), 16);
  EXPECT_EQ(count_marks(), 1);
}

TEST_F(MailReports, a_repeated_id_changes_nothing_whatever_it_says) {
  const auto mail = sent("re_1");
  EXPECT_EQ(http(report("msg_a", body_of("email.delivered", "re_1"))).status, 204);
  EXPECT_EQ(http(report("msg_a", body_of("email.complained", "re_1"))).status, 204);
  EXPECT_EQ(state_of(mail), MailState::delivered);
  EXPECT_EQ(count_marks(), 0);
}

TEST_F(MailReports, reports_out_of_order_end_in_the_same_state) {
  const auto first = sent("re_1");
  tell("email.bounced", "re_1", "\"bounce\":" + kHardBounce);
  tell("email.delivered", "re_1");
  tell("email.sent", "re_1");
  EXPECT_EQ(state_of(first), MailState::bounced);
  tell("email.complained", "re_1");
  tell("email.bounced", "re_1", "\"bounce\":" + kHardBounce);
  EXPECT_EQ(state_of(first), MailState::complained);
  const auto second = sent("re_2");
  tell("email.failed", "re_2", R"("failed":{"reason":"reached_daily_quota"})");
  EXPECT_EQ(state_of(second), MailState::failed);
  tell("email.delivered", "re_2");
  EXPECT_EQ(state_of(second), MailState::delivered);
}

TEST_F(MailReports, a_report_that_overtakes_our_own_record_of_the_sending_stands) {
  ignore(application::forgot_password(world.deps(), {.email = "ada@example.com", .client_id = ""}, world.request));
  auto mail = newest("ada@example.com");
  ASSERT_EQ(mail.state, MailState::queued);
  EXPECT_EQ(tell("email.delivered", "re_9", R"("tags":{"mail_id":")" + mail.id.str() + R"("})"), 204);
  EXPECT_EQ(state_of(mail), MailState::delivered);
  mail.state = MailState::sent;
  mail.provider_id = "re_9";
  EXPECT_TRUE(world.write([&](ports::Tx& tx) { return tx.mails().save_delivery(mail, true); }));
  const auto now = newest("ada@example.com");
  EXPECT_EQ(now.state, MailState::delivered);
  EXPECT_EQ(now.provider_id, "re_9");
  EXPECT_TRUE(now.text.empty());
  EXPECT_TRUE(world
                  .write([&](ports::Tx& tx) {
                    return tx.mails().claim_due(world.now() + std::chrono::hours(2), std::chrono::minutes(1), 10);
                  })
                  ->empty());
}

TEST_F(MailReports, a_hard_bounce_marks_the_address_and_support_sees_it) {
  const auto id = world.user("ada@example.com").id;
  sent("re_1");
  tell("email.bounced", "re_1", R"("bounce":{"type":"Transient","subType":"MailboxFull","message":"full"})");
  EXPECT_FALSE(world.user("ada@example.com").mail_undeliverable);
  sent("re_2");
  tell("email.bounced", "re_2", "\"bounce\":" + kHardBounce);
  const auto seen = http({"GET", "/v1/admin/users/{user_id}", staff, {{"user_id", id.str()}}});
  EXPECT_TRUE(seen.at("mail_undeliverable").as_bool());
  const auto mails = http({"GET", "/v1/admin/mails", staff, {}, "to=ada%40example.com"});
  const auto& newest_mail = mails.at("items").as_array().at(0).as_object();
  EXPECT_EQ(newest_mail.at("state").as_string(), "bounced");
  EXPECT_EQ(newest_mail.at("last_error").as_string(), "Permanent General: no such user");
  EXPECT_EQ(count_marks(), 1);
}

TEST_F(MailReports, notices_stop_what_was_asked_for_is_tried_and_a_link_that_arrives_ends_it) {
  sent("re_1");
  tell("email.complained", "re_1");
  const auto session = world.sign_in("ada@example.com");
  ASSERT_TRUE(application::change_password(world.deps(), world.caller(session),
                                           {.current_password = Secret<std::string>(kPassword),
                                            .new_password = Secret<std::string>(std::string("another long password"))},
                                           world.request));
  auto notice = newest("ada@example.com");
  EXPECT_EQ(notice.template_name, "password_changed");
  EXPECT_EQ(notice.state, MailState::failed);
  EXPECT_TRUE(notice.html.empty());
  world.clock.advance(std::chrono::minutes(6));
  ignore(application::forgot_password(world.deps(), {.email = "ada@example.com", .client_id = ""}, world.request));
  EXPECT_EQ(newest("ada@example.com").state, MailState::queued);
  ASSERT_TRUE(application::reset_password(
      world.deps(),
      {.token = world.mailed_token("ada@example.com", "reset_password"), .password = Secret<std::string>(kPassword)},
      world.request));
  EXPECT_FALSE(world.user("ada@example.com").mail_undeliverable);
  EXPECT_EQ(newest("ada@example.com").state, MailState::queued);
}

TEST_F(MailReports, what_is_not_ours_is_taken_and_changes_nothing) {
  const auto mail = sent("re_1");
  EXPECT_EQ(tell("email.bounced", "of another program", "\"bounce\":" + kHardBounce), 204);
  EXPECT_EQ(tell("email.complained", "", R"("tags":{"mail_id":"0199c7a2-7b1e-7c11-8d0a-3f0f6f0a9b01"})"), 204);
  EXPECT_EQ(tell("email.opened", "re_1"), 204);
  EXPECT_EQ(tell("contact.created", "re_1"), 204);
  EXPECT_EQ(state_of(mail), MailState::sent);
  EXPECT_EQ(count_marks(), 0);
}

TEST_F(MailReports, an_account_that_has_left_the_address_does_not_suffer) {
  sent("re_1");
  ASSERT_TRUE(world.write([&](ports::Tx& tx) -> Result<> {
    auto user = tx.users().find_by_email("ada@example.com")->value();
    user.email = user.email_canonical = "new@example.com";
    return tx.users().save(user);
  }));
  EXPECT_EQ(tell("email.complained", "re_1"), 204);
  EXPECT_FALSE(world.user("new@example.com").mail_undeliverable);
}

}  // namespace
}  // namespace gatehouse::composition::testing
