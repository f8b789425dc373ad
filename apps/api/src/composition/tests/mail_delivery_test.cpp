#include "modules/identity/workers/mail_delivery.hpp"

#include <fmt/format.h>

#include "composition/tests/fixture.hpp"

namespace gatehouse::composition::testing {
namespace {

using domain::MailState;
using workers::MailDelivery;
using workers::More;

/// Takes what it is given, except for one recipient, and notes what the ledger says of all mails at each delivery.
class WatchedProvider final : public ports::MailProvider {
 public:
  explicit WatchedProvider(World& world) : world_(world) {}

  ports::MailDelivery deliver(const domain::MailMessage& message) override {
    ++asked;
    queued.push_back(world_.read([](ports::Tx& tx) { return tx.mails().count_queued(); }).value());
    ports::MailDelivery delivery;
    delivery.accepted = message.to != "full@example.com";
    if (delivery.accepted) delivery.provider_id = "watched:" + message.id.str();
    if (!delivery.accepted) delivery.error = "the mailbox is full";
    return delivery;
  }
  Result<> check() override { return {}; }

  int asked = 0;
  std::vector<std::int64_t> queued;

 private:
  World& world_;
};

struct MailDeliveries : ::testing::Test {
  void add(const std::string& id, const std::string& to) {
    domain::MailMessage mail;
    mail.id = domain::MailId(id);
    mail.to = to;
    mail.template_name = "verify_email";
    mail.subject = "Confirm your address";
    mail.text = mail.html = "Follow this link";
    mail.next_attempt_at = mail.created_at = world.now();
    ASSERT_TRUE(world.write([&](ports::Tx& tx) { return tx.mails().add(mail); }));
  }
  domain::MailMessage mail(const std::string& id) {
    return world.read([&](ports::Tx& tx) { return tx.mails().find(domain::MailId(id)); })->value();
  }
  More step(ports::MailProvider& provider) {
    const auto done = MailDelivery(world.deps(), provider, MailDelivery::Bodies::wipe, counted).step();
    EXPECT_TRUE(done) << done.error().cause;
    return done.value_or(More::no);
  }

  World world;
  observability::Metrics metrics;
  workers::WorkerMetrics counted{metrics};
};

TEST_F(MailDeliveries, of_a_provider_that_may_be_slow_are_marked_before_the_next_one) {
  for (const auto* id : {"m1", "m2", "m3"}) add(id, "ada@example.com");
  WatchedProvider provider(world);
  EXPECT_EQ(step(provider), More::no);
  EXPECT_EQ(provider.queued, (std::vector<std::int64_t>{3, 2, 1}));
  EXPECT_EQ(mail("m3").state, MailState::sent);
}

TEST_F(MailDeliveries, keep_what_was_not_taken_and_wipe_what_was) {
  add("m1", "ada@example.com");
  add("m2", "full@example.com");
  WatchedProvider provider(world);
  EXPECT_EQ(step(provider), More::no);
  EXPECT_EQ(mail("m1").state, MailState::sent);
  EXPECT_EQ(mail("m1").provider_id, "watched:m1");
  EXPECT_TRUE(mail("m1").text.empty());
  EXPECT_EQ(mail("m2").state, MailState::queued);
  EXPECT_EQ(mail("m2").last_error, "the mailbox is full");
  EXPECT_EQ(mail("m2").attempts, 1);
  EXPECT_FALSE(mail("m2").text.empty());
  EXPECT_EQ(step(provider), More::no);
  EXPECT_EQ(provider.asked, 2) << "none is sent twice, none before its time";
}

/// The only mail of somebody who has signed in from a second device.
domain::MailMessage notice_in(World& world) {
  world.add_user("ada@example.com");
  world.sign_in("ada@example.com");
  world.sign_in("ada@example.com");
  const auto mails = world.read([](ports::Tx& tx) { return tx.mails().list({}, {.limit = 2, .after = {}}); })->items;
  EXPECT_EQ(mails.size(), 1U);
  return mails.at(0);
}

TEST_F(MailDeliveries, have_nothing_to_do_for_the_mailbox_whose_mails_are_written_as_sent) {
  World server({}, Purpose::server);
  const auto notice = notice_in(server);
  EXPECT_EQ(notice.state, MailState::sent);
  EXPECT_FALSE(notice.text.empty());
  EXPECT_EQ(server.read([](ports::Tx& tx) { return tx.mails().count_queued(); }).value(), 0);

  World with_smtp([](config::Config& config) { config.mail.provider = config::MailProvider::smtp; }, Purpose::server);
  EXPECT_EQ(notice_in(with_smtp).state, MailState::queued);
  EXPECT_EQ(notice_in(world).state, MailState::queued) << "a command may not know the server's provider";
}

TEST_F(MailDeliveries, go_on_at_once_where_more_wait_than_a_batch_takes) {
  for (int i = 0; i < 25; ++i) add(fmt::format("m{:02}", i), "ada@example.com");
  WatchedProvider provider(world);
  EXPECT_EQ(step(provider), More::yes);
  EXPECT_EQ(step(provider), More::no);
  EXPECT_EQ(provider.asked, 25);
  EXPECT_EQ(world.read([](ports::Tx& tx) { return tx.mails().count_queued(); }).value(), 0);
}

}  // namespace
}  // namespace gatehouse::composition::testing
