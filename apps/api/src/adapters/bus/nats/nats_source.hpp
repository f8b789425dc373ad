#pragma once
// A durable pull consumer of one subject, created where it is missing and then shared by all replicas. Used by the
// event consumer, one caller at a time.
#include <cstdint>
#include <memory>
#include <string>

#include "adapters/bus/nats/nats_link.hpp"
#include "modules/identity/ports/event_source.hpp"

namespace gatehouse::adapters::bus {

struct ConsumerSettings {
  std::string stream = "ACCOUNTS";
  std::string subject = "accounts.user.role_required";
  std::string durable = "gatehouse-role-required";
  std::chrono::milliseconds ack_wait{30'000};  ///< then a message that nobody answered is delivered again
};

class NatsSource : public ports::EventSource {
 public:
  NatsSource(std::shared_ptr<NatsLink> link, ConsumerSettings settings);
  ~NatsSource() override;

  Result<std::vector<ports::IncomingEvent>> fetch(int max, std::chrono::milliseconds wait) override;
  Result<> accept(const ports::IncomingEvent& event) override;
  Result<> try_later(const ports::IncomingEvent& event, std::chrono::milliseconds delay) override;
  Result<> drop(const ports::IncomingEvent& event) override;

 private:
  struct Impl;
  std::shared_ptr<NatsLink> link_;
  const ConsumerSettings settings_;
  std::unique_ptr<Impl> impl_;
};

/// The dead letters of stream `IDENTITY_DEAD`.
class NatsDeadLetters : public ports::DeadLetters {
 public:
  explicit NatsDeadLetters(std::shared_ptr<NatsLink> link, std::string stream = "IDENTITY_DEAD")
      : link_(std::move(link)), stream_(std::move(stream)) {}
  Result<std::vector<ports::DeadLetter>> list(std::uint64_t after, int limit) override;
  Result<> retry(std::uint64_t sequence) override;

 private:
  std::shared_ptr<NatsLink> link_;
  const std::string stream_;
};

}  // namespace gatehouse::adapters::bus
