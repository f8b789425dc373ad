#include <gtest/gtest.h>

#include "adapters/bus/nats/nats_bus.hpp"
#include "adapters/bus/nats/nats_source.hpp"
#include "adapters/bus/tests/nats_server.hpp"
#include "auth/encoding.hpp"

namespace gatehouse::adapters::bus {
namespace {

using namespace std::chrono_literals;
using ports::BusMessage;
using testing::NatsServer;

class NatsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(NatsServer::installed()) << "nats-server is missing: script/bootstrap --tests installs it";
    ASSERT_TRUE(server.running());
  }
  NatsSettings settings() const {
    NatsSettings nats;
    nats.urls = Secret<std::string>(server.url());
    nats.streams.push_back({"ACCOUNTS", "accounts.>"});
    nats.ack_timeout = 2s;
    return nats;
  }
  std::shared_ptr<NatsLink> link() const { return std::make_shared<NatsLink>(settings()); }

  static std::vector<BusMessage> batch(const std::string& prefix, int count,
                                       const std::string& subject = "identity.user.signed_in") {
    std::vector<BusMessage> messages;
    for (int i = 0; i < count; ++i)
      messages.push_back({prefix + std::to_string(i), subject, R"({"id":")" + prefix + std::to_string(i) + R"("})"});
    return messages;
  }
  static std::size_t accepted(const std::vector<Result<>>& fates) {
    return static_cast<std::size_t>(
        std::count_if(fates.begin(), fates.end(), [](const auto& fate) { return bool(fate); }));
  }
  /// Everything that the stream holds now, read by a consumer of its own.
  static std::vector<std::string> read_all(const std::shared_ptr<NatsLink>& link, const std::string& stream,
                                           const std::string& subject) {
    NatsSource source(link, {stream, subject, "reader-" + auth::random_token(6)});
    std::vector<std::string> bodies;
    for (;;) {
      auto events = source.fetch(500, 300ms);
      EXPECT_TRUE(events);
      if (!events || events->empty()) return bodies;
      for (const auto& event : *events) {
        bodies.push_back(event.body);
        EXPECT_TRUE(source.accept(event));
      }
    }
  }

  NatsServer server;
};

TEST_F(NatsTest, publishes_a_batch_in_order_and_hears_every_acknowledgement) {
  const auto nats = link();
  NatsBus bus(nats);
  EXPECT_TRUE(bus.check());
  EXPECT_EQ(accepted(bus.publish(batch("e", 300))), 300u);
  const auto bodies = read_all(nats, "IDENTITY", "identity.>");
  ASSERT_EQ(bodies.size(), 300u);
  for (std::size_t i = 0; i < bodies.size(); ++i) EXPECT_EQ(bodies[i], R"({"id":"e)" + std::to_string(i) + R"("})");
}

TEST_F(NatsTest, the_same_id_twice_is_stored_once) {
  const auto nats = link();
  NatsBus bus(nats);
  EXPECT_EQ(accepted(bus.publish(batch("e", 5))), 5u);
  auto again = batch("e", 5);
  for (auto& message : again) message.replay = true;
  EXPECT_EQ(accepted(bus.publish(again)), 5u);
  EXPECT_EQ(read_all(nats, "IDENTITY", "identity.>").size(), 5u);
}

TEST_F(NatsTest, a_subject_that_no_stream_holds_is_reported_and_the_rest_goes_through) {
  const auto nats = link();
  NatsBus bus(nats);
  auto messages = batch("e", 3);
  messages[1].subject = "nobody.listens";
  const auto fates = bus.publish(messages);
  EXPECT_TRUE(fates[0]);
  ASSERT_FALSE(fates[1]);
  EXPECT_EQ(fates[1].error().code, ErrorCode::dependency_unavailable);
  EXPECT_TRUE(fates[2]);
}

TEST_F(NatsTest, an_absent_broker_fails_fast_and_is_found_when_it_comes) {
  server.stop();
  const auto nats = link();
  NatsBus bus(nats);
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(accepted(bus.publish(batch("e", 10))), 0u);
  EXPECT_FALSE(bus.check());
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
  server.restart();
  std::size_t done = 0;
  for (int i = 0; i < 50 && done == 0; ++i) {
    std::this_thread::sleep_for(100ms);
    done = accepted(bus.publish(batch("e", 10)));
  }
  EXPECT_EQ(done, 10u);
}

TEST_F(NatsTest, a_broker_that_dies_and_returns_is_reconnected_to) {
  const auto nats = link();
  NatsBus bus(nats);
  ASSERT_EQ(accepted(bus.publish(batch("a", 10))), 10u);
  server.stop();
  EXPECT_EQ(accepted(bus.publish(batch("b", 10))), 0u);
  server.restart();
  std::size_t done = 0;
  for (int i = 0; i < 100 && done == 0; ++i) {
    std::this_thread::sleep_for(100ms);
    done = accepted(bus.publish(batch("b", 10)));
  }
  EXPECT_EQ(done, 10u);
  EXPECT_EQ(read_all(nats, "IDENTITY", "identity.>").size(), 20u);
}

TEST_F(NatsTest, missing_streams_are_only_reported_where_they_may_not_be_created) {
  auto strict = settings();
  strict.create_streams = false;
  NatsBus bus(std::make_shared<NatsLink>(strict));
  const auto checked = bus.check();
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().cause.find("IDENTITY is missing"), std::string::npos) << checked.error().cause;
  NatsBus maker(link());
  EXPECT_TRUE(maker.check());
  std::this_thread::sleep_for(600ms);
  EXPECT_TRUE(bus.check());
}

TEST_F(NatsTest, a_stream_that_does_not_hold_our_subjects_is_reported) {
  ASSERT_TRUE(NatsBus(link()).check());
  auto other = settings();
  other.streams = {{"IDENTITY", "somebody.else"}};
  const auto checked = NatsBus(std::make_shared<NatsLink>(other)).check();
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().cause.find("does not hold"), std::string::npos);
}

TEST_F(NatsTest, consumes_each_message_until_it_is_answered) {
  const auto nats = link();
  NatsBus bus(nats);
  ASSERT_EQ(accepted(bus.publish(batch("r", 4, "accounts.user.role_required"))), 4u);
  NatsSource source(nats, {});
  std::vector<ports::IncomingEvent> events;
  while (events.size() < 4) {
    const auto more = source.fetch(10, 1s);
    ASSERT_TRUE(more);
    ASSERT_FALSE(more->empty());
    events.insert(events.end(), more->begin(), more->end());
  }
  EXPECT_EQ(events[0].subject, "accounts.user.role_required");
  EXPECT_EQ(events[0].deliveries, 1);
  EXPECT_TRUE(source.accept(events[0]));
  EXPECT_TRUE(source.drop(events[1]));
  EXPECT_TRUE(source.try_later(events[2], 50ms));
  EXPECT_TRUE(source.accept(events[3]));
  EXPECT_FALSE(source.accept(events[3]));
  const auto again = source.fetch(10, 2s);
  ASSERT_TRUE(again);
  ASSERT_EQ(again->size(), 1u);
  EXPECT_EQ(again->front().body, events[2].body);
  EXPECT_EQ(again->front().deliveries, 2);
  EXPECT_TRUE(source.accept(again->front()));
  EXPECT_TRUE(source.fetch(10, 200ms)->empty());
}

TEST_F(NatsTest, a_message_nobody_answered_comes_to_another_process) {
  const auto nats = link();
  NatsBus bus(nats);
  ASSERT_EQ(accepted(bus.publish(batch("r", 1, "accounts.user.role_required"))), 1u);
  ConsumerSettings hasty;
  hasty.ack_wait = 1s;
  {
    NatsSource killed(nats, hasty);
    ASSERT_EQ(killed.fetch(10, 1s)->size(), 1u);
  }
  NatsSource other(link(), hasty);
  const auto events = other.fetch(10, 3s);
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 1u);
  EXPECT_TRUE(other.accept(events->front()));
}

TEST_F(NatsTest, dead_letters_are_listed_and_tried_again) {
  const auto nats = link();
  NatsBus bus(nats);
  const std::string original = R"({"id":"r1"})";
  const std::string letter =
      R"({"id":"d1","data":{"reason":"unknown_role","subject":"accounts.user.role_required","original_base64":")" +
      auth::base64_encode(original) + R"("}})";
  ASSERT_EQ(accepted(bus.publish({{"d1", "dead.accounts.user.role_required", letter},
                                  {"d2", "dead.accounts.user.role_required", "garbage"}})),
            2u);
  NatsDeadLetters dead(nats);
  const auto letters = dead.list(0, 10);
  ASSERT_TRUE(letters);
  ASSERT_EQ(letters->size(), 2u);
  EXPECT_EQ((*letters)[0].json, letter);
  EXPECT_TRUE(dead.retry((*letters)[0].sequence));
  EXPECT_EQ(dead.retry((*letters)[0].sequence).error().code, ErrorCode::not_found);
  EXPECT_EQ(dead.retry((*letters)[1].sequence).error().code, ErrorCode::invalid_request);
  EXPECT_EQ(dead.list((*letters)[0].sequence, 10)->size(), 1u);
  const auto bodies = read_all(nats, "ACCOUNTS", "accounts.user.role_required");
  ASSERT_EQ(bodies.size(), 1u);
  EXPECT_EQ(bodies.front(), original);
}

}  // namespace
}  // namespace gatehouse::adapters::bus
