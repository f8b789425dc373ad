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

}  // namespace

std::shared_ptr<adapters::bus::NatsLink> make_nats_link(const config::EventsConfig& config) {
  adapters::bus::NatsSettings to;
  to.urls = config.nats_url;
  to.credentials_file = config.nats_credentials;
  to.ca_file = config.nats_ca_cert;
  to.streams = {{config.stream, "identity.>"}, {dead_stream(config), "dead.>"}};
  if (config.consume) to.streams.push_back({config.accounts_stream, "accounts.>"});
  to.create_streams = config.create_streams;
  return std::make_shared<adapters::bus::NatsLink>(std::move(to));
}

Result<std::unique_ptr<ports::EventBus>> make_event_bus(const config::EventsConfig& config) {
  GH_CHECK(need_a_bus(config));
  return std::unique_ptr<ports::EventBus>(std::make_unique<adapters::bus::NatsBus>(make_nats_link(config)));
}

Result<std::unique_ptr<ports::DeadLetters>> make_dead_letters(const config::EventsConfig& config) {
  GH_CHECK(need_a_bus(config));
  return std::unique_ptr<ports::DeadLetters>(
      std::make_unique<adapters::bus::NatsDeadLetters>(make_nats_link(config), dead_stream(config)));
}

}  // namespace gatehouse::composition
