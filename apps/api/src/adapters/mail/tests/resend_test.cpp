#include "adapters/mail/resend/resend_provider.hpp"

#include <gtest/gtest.h>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "adapters/mail/resend/webhook.hpp"
#include "adapters/net/tests/stub_server.hpp"
#include "auth/crypto/digest.hpp"
#include "auth/encoding.hpp"

namespace gatehouse::adapters::mail {
namespace {

using namespace std::chrono_literals;
using ports::MailFailure;
using testing::StubRequest;
using testing::StubResponse;
using testing::StubServer;

domain::MailMessage message() {
  domain::MailMessage mail;
  mail.id = domain::MailId("01920000-0000-7000-8000-000000000001");
  mail.to = "ada@example.com";
  mail.template_name = "verify_email";
  mail.subject = "Confirm";
  mail.text = "text";
  mail.html = "<p>html</p>";
  return mail;
}

ResendSettings settings(const StubServer& server) {
  ResendSettings resend;
  resend.api_key = Secret<std::string>(std::string("re_secret"));
  resend.base_url = server.url();
  resend.from = {"Example", "no-reply@example.com"};
  resend.http.allow_http = resend.http.allow_private = true;
  resend.http.timeout = 2s;
  return resend;
}

StubResponse error(int status, const std::string& name, const std::string& extra = {}) {
  return {status, R"({"statusCode":)" + std::to_string(status) + R"(,"name":")" + name + R"(","message":"why"})",
          extra};
}

TEST(ResendProvider, sends_the_frozen_message_under_its_id) {
  std::vector<StubRequest> seen;
  StubServer server([&](const StubRequest& request) {
    seen.push_back(request);
    return StubResponse{200, R"({"id":"abc-123"})"};
  });
  ResendProvider provider(settings(server));
  for (int i = 0; i < 2; ++i) {
    const auto delivery = provider.deliver(message());
    EXPECT_TRUE(delivery.accepted);
    EXPECT_EQ(delivery.provider_id, "abc-123");
  }
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].target, "/emails");
  EXPECT_EQ(seen[0].headers["authorization"], "Bearer re_secret");
  EXPECT_EQ(seen[0].headers["idempotency-key"], message().id.str());
  EXPECT_EQ(seen[0].body, seen[1].body);
  const auto body = boost::json::parse(seen[0].body).as_object();
  EXPECT_EQ(body.at("from").as_string(), "Example <no-reply@example.com>");
  EXPECT_EQ(body.at("to").as_array().at(0).as_string(), "ada@example.com");
  EXPECT_EQ(body.at("html").as_string(), "<p>html</p>");
  EXPECT_EQ(body.at("tags").as_array().at(1).as_object().at("value").as_string(), message().id.str());
}

TEST(ResendProvider, knows_what_to_try_again_what_to_park_and_what_to_give_up) {
  const auto fate = [](int status, const std::string& name) {
    const auto answer = error(status, name);
    return read_resend_answer({answer.status, {}, answer.body}).failure;
  };
  EXPECT_EQ(fate(409, "concurrent_idempotent_requests"), MailFailure::retry);
  EXPECT_EQ(fate(409, "invalid_idempotent_request"), MailFailure::permanent);
  EXPECT_EQ(fate(429, "rate_limit_exceeded"), MailFailure::retry);
  EXPECT_EQ(fate(429, "daily_quota_exceeded"), MailFailure::park);
  EXPECT_EQ(fate(429, "monthly_quota_exceeded"), MailFailure::park);
  EXPECT_EQ(fate(500, "application_error"), MailFailure::retry);
  EXPECT_EQ(fate(503, ""), MailFailure::retry);
  EXPECT_EQ(fate(401, "missing_api_key"), MailFailure::park);
  EXPECT_EQ(fate(403, "invalid_api_key"), MailFailure::park);
  EXPECT_EQ(fate(403, "validation_error"), MailFailure::permanent);
  EXPECT_EQ(fate(422, "invalid_from_address"), MailFailure::permanent);
  EXPECT_EQ(fate(451, "security_error"), MailFailure::permanent);
  EXPECT_FALSE(read_resend_answer({200, {}, "garbage"}).accepted);
}

TEST(ResendProvider, honours_retry_after_and_tells_no_secret) {
  StubServer server([](const StubRequest&) { return error(429, "rate_limit_exceeded", "Retry-After: 3\r\n"); });
  ResendProvider provider(settings(server));
  const auto delivery = provider.deliver(message());
  EXPECT_FALSE(delivery.accepted);
  EXPECT_EQ(delivery.retry_after, 3s);
  EXPECT_EQ(delivery.error, "Resend 429 rate_limit_exceeded: why");
}

TEST(ResendProvider, a_hanging_or_dead_provider_is_tried_again) {
  StubServer hanging([](const StubRequest&) {
    std::this_thread::sleep_for(600ms);
    return StubResponse{};
  });
  auto hasty = settings(hanging);
  hasty.http.timeout = 100ms;
  ResendProvider provider(hasty);
  const auto delivery = provider.deliver(message());
  EXPECT_FALSE(delivery.accepted);
  EXPECT_EQ(delivery.failure, MailFailure::retry);
}

TEST(ResendProvider, a_key_that_may_only_send_passes_the_check) {
  std::string name = "restricted_api_key";
  StubServer server([&](const StubRequest&) { return error(401, name); });
  ResendProvider provider(settings(server));
  EXPECT_TRUE(provider.check());
  name = "invalid_api_key";
  EXPECT_FALSE(provider.check());
}

// The example of Svix's documentation.
const Secret<std::string> kSecret(std::string("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
const ports::MailReport kExample{"msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330",
                                 "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", R"({"test": 2432232314})"};
const Timestamp kThen = from_unix_seconds(1'614'265'330);

TEST(ResendWebhook, accepts_the_documented_example_and_nothing_altered) {
  EXPECT_TRUE(is_genuine_report(kSecret, kExample, kThen));
  auto altered = kExample;
  altered.body += " ";
  EXPECT_FALSE(is_genuine_report(kSecret, altered, kThen));
  altered = kExample;
  altered.id += "x";
  EXPECT_FALSE(is_genuine_report(kSecret, altered, kThen));
  altered = kExample;
  altered.timestamp = "1614265331";
  EXPECT_FALSE(is_genuine_report(kSecret, altered, kThen));
  altered = kExample;
  altered.signature = "v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
  EXPECT_FALSE(is_genuine_report(kSecret, altered, kThen));
  EXPECT_FALSE(is_genuine_report(Secret<std::string>(std::string("whsec_AAAA")), kExample, kThen));
  EXPECT_FALSE(is_genuine_report(Secret<std::string>(), kExample, kThen));
}

TEST(ResendWebhook, accepts_any_of_several_signatures_within_five_minutes) {
  auto report = kExample;
  report.signature = "v1,AAAA v2,xyz " + kExample.signature;
  EXPECT_TRUE(is_genuine_report(kSecret, report, kThen + 5min));
  EXPECT_FALSE(is_genuine_report(kSecret, report, kThen + 5min + 1s));
  EXPECT_FALSE(is_genuine_report(kSecret, report, kThen - 5min - 1s));
  for (const char* time : {"", "-1", "1e9", "99999999999999999999", "16142653300000000"}) {
    report.timestamp = time;
    EXPECT_FALSE(is_genuine_report(kSecret, report, kThen)) << time;
  }
}

ports::MailReport signed_report(const std::string& body) {
  ports::MailReport report{"msg_1", "1614265330", "", body};
  const auto key = auth::base64_decode(kSecret.expose().substr(6)).value();
  report.signature = "v1," + auth::base64_encode(auth::hmac_sha256(key, "msg_1.1614265330." + body));
  return report;
}

TEST(ResendWebhook, reads_what_became_of_the_mail) {
  const ResendFeedbackReader reader(kSecret);
  const auto read = [&](const std::string& body) { return reader.read(signed_report(body), kThen).value(); };
  EXPECT_EQ(read(R"({"type":"email.delivered","data":{"email_id":"e1"}})").state, domain::MailState::delivered);
  const auto hard = read(
      R"({"type":"email.bounced","data":{"email_id":"e1","bounce":{"type":"Permanent","subType":"General","message":"no such user"}}})");
  EXPECT_EQ(hard.state, domain::MailState::bounced);
  EXPECT_TRUE(hard.address_is_bad);
  EXPECT_EQ(hard.provider_id, "e1");
  EXPECT_EQ(hard.reason, "Permanent General: no such user");
  EXPECT_FALSE(read(R"({"type":"email.bounced","data":{"bounce":{"type":"Transient"}}})").address_is_bad);
  EXPECT_TRUE(read(R"({"type":"email.complained","data":{"email_id":"e1"}})").address_is_bad);
  EXPECT_TRUE(read(R"({"type":"email.suppressed","data":{"suppressed":{"reason":"previous_bounce"}}})").address_is_bad);
  EXPECT_EQ(read(R"({"type":"email.failed","data":{"failed":{"reason":"reached_daily_quota"}}})").reason,
            "reached_daily_quota");
  EXPECT_FALSE(read(R"({"type":"email.delivery_delayed","data":{"email_id":"e1"}})").state);
  EXPECT_EQ(read(R"({"type":"email.sent","data":{"email_id":"e1"}})").state, domain::MailState::sent);
  EXPECT_EQ(read(R"({"type":"email.delivered","data":{"email_id":"e1","tags":{"mail_id":"m1"}}})").mail_id,
            domain::MailId("m1"));
  EXPECT_FALSE(read(R"({"type":"email.delivered","data":{"tags":[{"name":"mail_id"}]}})").mail_id);
  EXPECT_FALSE(read(R"({"type":7,"data":[]})").state);
  EXPECT_EQ(reader.read(signed_report("[]"), kThen).error().code, ErrorCode::invalid_json);
  EXPECT_EQ(reader.read(kExample, kThen + 1h).error().code, ErrorCode::forbidden);
}

}  // namespace
}  // namespace gatehouse::adapters::mail
