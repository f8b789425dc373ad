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
  WatchedProvider(World& world, bool at_once) : world_(world), at_once_(at_once) {}

  ports::MailDelivery deliver(const domain::MailMessage& message) override {
    ++asked;
    // Who answers at once is asked within a write, and the store in memory shows a write to readers before its end.
    if (!at_once_) queued.push_back(world_.read([](ports::Tx& tx) { return tx.mails().count_queued(); }).value());
    ports::MailDelivery delivery;
    delivery.accepted = message.to != "full@example.com";
    if (delivery.accepted) delivery.provider_id = "watched:" + message.id.str();
    if (!delivery.accepted) delivery.error = "the mailbox is full";
    return delivery;
  }
  bool answers_at_once() const override { return at_once_; }
  Result<> check() override { return {}; }

  int asked = 0;
  std::vector<std::int64_t> queued;

 private:
  World& world_;
  bool at_once_;
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
  WatchedProvider provider(world, false);
  EXPECT_EQ(step(provider), More::no);
  EXPECT_EQ(provider.queued, (std::vector<std::int64_t>{3, 2, 1}));
  EXPECT_EQ(mail("m3").state, MailState::sent);
}

TEST_F(MailDeliveries, of_a_provider_that_answers_at_once_are_marked_without_a_claim) {
  add("m1", "ada@example.com");
  add("m2", "full@example.com");
  add("m3", "bob@example.com");
  WatchedProvider provider(world, true);
  EXPECT_EQ(step(provider), More::no);
  for (const auto* id : {"m1", "m3"}) {
    EXPECT_EQ(mail(id).state, MailState::sent);
    EXPECT_EQ(mail(id).provider_id, std::string("watched:") + id);
    EXPECT_EQ(mail(id).next_attempt_at, mail(id).created_at) << "no claim moved it";
    EXPECT_TRUE(mail(id).text.empty());
  }
  EXPECT_EQ(mail("m2").state, MailState::queued);
  EXPECT_EQ(mail("m2").last_error, "the mailbox is full");
  EXPECT_EQ(mail("m2").attempts, 1);
  EXPECT_EQ(step(provider), More::no);
  EXPECT_EQ(provider.asked, 3) << "none is sent twice";
}

TEST_F(MailDeliveries, go_on_at_once_where_more_wait_than_a_batch_takes) {
  for (int i = 0; i < 25; ++i) add(fmt::format("m{:02}", i), "ada@example.com");
  WatchedProvider provider(world, true);
  EXPECT_EQ(step(provider), More::yes);
  EXPECT_EQ(step(provider), More::no);
  EXPECT_EQ(provider.asked, 25);
  EXPECT_EQ(world.read([](ports::Tx& tx) { return tx.mails().count_queued(); }).value(), 0);
}

}  // namespace
}  // namespace gatehouse::composition::testing
