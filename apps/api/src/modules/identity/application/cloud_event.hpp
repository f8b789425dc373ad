#pragma once
// The envelope of every event that leaves: CloudEvents 1.0 in structured JSON, the same on the bus, in GET /v1/events
// and in a replay. Made here alone. `sequence` is global and zero-padded, so that it sorts as text; `userversion`
// counts up by one per user.
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "domain/identity/event.hpp"

namespace gatehouse::application {

/// The event of a sealed outbox row; `source` is the issuer. Members without a value are absent.
boost::json::object cloud_event(std::string_view source, const domain::OutboxEvent& event);

/// A sequence as events carry it: 20 digits.
std::string sequence_text(std::int64_t sequence);

/// `dataschema` of a topic; empty for one that the contract does not know.
std::string_view dataschema_of(std::string_view topic);

}  // namespace gatehouse::application
