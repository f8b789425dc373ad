#include "modules/identity/application/cloud_event.hpp"

#include <gtest/gtest.h>

#include "domain/identity/topics.hpp"

namespace gatehouse::application {
namespace {

domain::OutboxEvent sealed() {
  domain::OutboxEvent event;
  event.event_id = domain::EventId("e1");
  event.topic = domain::topics::kPasswordReset;
  event.subject = domain::UserId("u1");
  event.data = R"({"user_id":"u1"})";
  event.occurred_at = from_unix_seconds(1'700'000'000);
  event.sequence = 42;
  event.userversion = 7;
  return event;
}

TEST(CloudEvent, has_every_attribute_of_a_sealed_event) {
  auto event = sealed();
  event.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const auto json = cloud_event("https://id.example.com", event);
  EXPECT_EQ(json.at("specversion").as_string(), "1.0");
  EXPECT_EQ(json.at("id").as_string(), "e1");
  EXPECT_EQ(json.at("source").as_string(), "https://id.example.com");
  EXPECT_EQ(json.at("type").as_string(), "identity.password.reset");
  EXPECT_EQ(json.at("subject").as_string(), "u1");
  EXPECT_EQ(json.at("time").as_string(), "2023-11-14T22:13:20.000000Z");
  EXPECT_EQ(json.at("dataschema").as_string(), "urn:gatehouse:event:identity.password.reset:v1");
  EXPECT_EQ(json.at("sequence").as_string(), "00000000000000000042");
  EXPECT_EQ(json.at("userversion").as_int64(), 7);
  EXPECT_EQ(json.at("traceparent").as_string(), event.traceparent);
  EXPECT_EQ(json.at("data").at("user_id").as_string(), "u1");
}

TEST(CloudEvent, leaves_out_what_there_is_not) {
  auto event = sealed();
  event.subject.reset();
  event.userversion.reset();
  const auto json = cloud_event("https://id.example.com", event);
  for (const char* name : {"subject", "userversion", "traceparent"}) EXPECT_FALSE(json.contains(name)) << name;
}

TEST(CloudEvent, knows_the_schema_of_every_topic_that_is_produced) {
  for (const auto topic : domain::topics::kProduced) EXPECT_FALSE(dataschema_of(topic).empty()) << topic;
  EXPECT_TRUE(dataschema_of("nonesuch").empty());
}

TEST(CloudEvent, sequences_sort_as_text) { EXPECT_LT(sequence_text(9), sequence_text(10)); }

}  // namespace
}  // namespace gatehouse::application
