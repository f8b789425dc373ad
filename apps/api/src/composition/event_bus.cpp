#include "composition/event_bus.hpp"

#include "adapters/bus/nats/nats_bus.hpp"
#include "adapters/bus/nats/nats_source.hpp"

namespace gatehouse::composition {
namespace {

Result<> need_a_bus(const config::EventsConfig& config) {
  if (config.bus == config::EventBus::nats) return {};
  return fail(ErrorCode::invalid_request, "events.bus is none: set it to \"nats\", or read GET /v1/events");
}

std::string dead_stream(const config::EventsConfig& config) { return config.stream + "_DEAD"; }

/// JetStream takes whole hours well; zero keeps for good there as here.
std::chrono::hours hours(Duration duration) { return std::chrono::duration_cast<std::chrono::hours>(duration); }

adapters::bus::NatsSettings settings_of(const config::EventsConfig& events) {
  adapters::bus::NatsSettings to;
  to.urls = events.nats_url;
  to.credentials_file = events.nats_credentials;
  to.ca_file = events.nats_ca_cert;
  to.create_streams = events.create_streams;
  return to;
}

}  // namespace

std::shared_ptr<adapters::bus::NatsLink> make_nats_link(const config::Config& config) {
  auto to = settings_of(config.events);
  to.streams = {{config.events.stream, "identity.>"},
                {dead_stream(config.events), "dead.>", hours(config.retention.dead_events)}};
  return std::make_shared<adapters::bus::NatsLink>(std::move(to));
}

std::shared_ptr<adapters::bus::NatsLink> make_accounts_link(const config::Config& config) {
  auto to = settings_of(config.events);
  to.streams = {{config.events.accounts_stream, "accounts.>"}};
  return std::make_shared<adapters::bus::NatsLink>(std::move(to));
}

Result<std::unique_ptr<ports::EventBus>> make_event_bus(const config::Config& config) {
  GH_CHECK(need_a_bus(config.events));
  return std::unique_ptr<ports::EventBus>(std::make_unique<adapters::bus::NatsBus>(make_nats_link(config)));
}

Result<std::unique_ptr<ports::DeadLetters>> make_dead_letters(const config::Config& config) {
  GH_CHECK(need_a_bus(config.events));
  return std::unique_ptr<ports::DeadLetters>(
      std::make_unique<adapters::bus::NatsDeadLetters>(make_nats_link(config), dead_stream(config.events)));
}

}  // namespace gatehouse::composition
