#include "adapters/bus/nats/nats_batch.hpp"

#include <gtest/gtest.h>

namespace gatehouse::adapters::bus {
namespace {

using namespace std::chrono_literals;
using Indexes = std::vector<std::size_t>;

ports::BusMessage of(const std::string& id, const std::string& key) {
  return {.event_id = id, .subject = "identity.test", .json = "{}", .order_key = key};
}
NatsBatch::Time soon() { return std::chrono::steady_clock::now() + 20ms; }

struct Batch : ::testing::Test {
  Batch() { batch.begin({of("a1", "a"), of("a2", "a"), of("b1", "b"), of("x", ""), of("a3", "a"), of("y", "")}); }
  NatsBatch batch;
};

TEST_F(Batch, gives_the_first_of_each_key_and_what_has_none) {
  EXPECT_EQ(batch.take(soon()), (Indexes{0, 2, 3, 5}));
  EXPECT_TRUE(batch.take(soon()).empty());
  EXPECT_FALSE(batch.finish(soon()));
}

TEST_F(Batch, the_next_of_a_key_follows_the_acknowledgement) {
  batch.take(soon());
  batch.settle("a1", {});
  EXPECT_EQ(batch.take(soon()), Indexes{1});
  batch.settle("a2", {});
  EXPECT_EQ(batch.take(soon()), Indexes{4});
  for (const char* id : {"a3", "b1", "x", "y"}) batch.settle(id, {});
  EXPECT_TRUE(batch.finish(soon()));
  for (const auto& fate : batch.end()) EXPECT_TRUE(fate);
}

TEST_F(Batch, a_failure_holds_back_its_own_key_alone) {
  batch.take(soon());
  batch.settle("a1", unavailable("the stream is full"), true);
  for (const char* id : {"b1", "x", "y"}) batch.settle(id, {});
  EXPECT_TRUE(batch.finish(soon()));
  EXPECT_TRUE(batch.missing_stream());
  const auto fates = batch.end();
  EXPECT_EQ(fates[0].error().cause, "the stream is full");
  EXPECT_NE(fates[1].error().cause.find("held back"), std::string::npos);
  EXPECT_NE(fates[4].error().cause.find("held back"), std::string::npos);
  EXPECT_TRUE(fates[2] && fates[3] && fates[5]);
}

TEST_F(Batch, what_nobody_answered_and_what_was_never_sent_has_failed) {
  batch.take(soon());
  const auto fates = batch.end();
  EXPECT_EQ(fates[0].error().cause, "NATS: no acknowledgement in time");
  EXPECT_EQ(fates[1].error().cause, "NATS: no time left to send it");
}

TEST_F(Batch, an_acknowledgement_of_an_earlier_batch_counts_and_keeps_the_order) {
  batch.settle("a1", {});  // before this batch has sent it
  batch.settle("a2", {});
  EXPECT_EQ(batch.take(soon()), (Indexes{2, 3, 5}));
  EXPECT_EQ(batch.take(soon()), Indexes{4});
  batch.settle("nobody's", {});
  EXPECT_FALSE(batch.finish(soon()));
}

TEST_F(Batch, forgets_the_last_one) {
  batch.take(soon());
  batch.end();
  batch.settle("a1", {});
  batch.begin({of("c", "")});
  EXPECT_EQ(batch.take(soon()), Indexes{0});
}

}  // namespace
}  // namespace gatehouse::adapters::bus
