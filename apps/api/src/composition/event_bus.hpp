#pragma once
// The event bus of the configuration, for workers and for the command line.
#include <memory>

#include "adapters/bus/nats/nats_link.hpp"
#include "config/config.hpp"
#include "modules/identity/ports/event_bus.hpp"
#include "modules/identity/ports/event_source.hpp"

namespace gatehouse::composition {

/// The connection to NATS as configured, for the streams that are ours; made when first used.
std::shared_ptr<adapters::bus::NatsLink> make_nats_link(const config::Config& config);
/// Another for the stream of the accounts domain: while that is missing, our own events go out all the same.
std::shared_ptr<adapters::bus::NatsLink> make_accounts_link(const config::Config& config);

/// For a command. Returns `invalid_request` where `events.bus` is none.
Result<std::unique_ptr<ports::EventBus>> make_event_bus(const config::Config& config);
Result<std::unique_ptr<ports::DeadLetters>> make_dead_letters(const config::Config& config);

}  // namespace gatehouse::composition
