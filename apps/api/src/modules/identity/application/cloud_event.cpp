#include "modules/identity/application/cloud_event.hpp"

#include <fmt/format.h>
#include <boost/json/parse.hpp>

#include "contracts/generated/event_topics.hpp"

namespace gatehouse::application {

std::string sequence_text(std::int64_t sequence) { return fmt::format("{:020}", sequence); }

std::string_view dataschema_of(std::string_view topic) {
  for (const auto& each : kEventTopics)
    if (each.name == topic) return each.dataschema;
  return {};
}

boost::json::object cloud_event(std::string_view source, const domain::OutboxEvent& event) {
  boost::json::object to{{"specversion", "1.0"},
                         {"id", event.event_id.str()},
                         {"source", source},
                         {"type", event.topic},
                         {"time", to_rfc3339(event.occurred_at)},
                         {"datacontenttype", "application/json"},
                         {"dataschema", dataschema_of(event.topic)}};
  if (event.subject) to["subject"] = event.subject->str();
  if (!event.traceparent.empty()) to["traceparent"] = event.traceparent;
  if (event.sequence) to["sequence"] = sequence_text(*event.sequence);
  if (event.userversion) to["userversion"] = *event.userversion;
  to["data"] = boost::json::parse(event.data);
  return to;
}

}  // namespace gatehouse::application
