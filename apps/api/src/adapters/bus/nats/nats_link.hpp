#pragma once
// One connection to NATS, shared by publisher and consumer: made when first needed, re-made by itself after an outage,
// and never waited for longer than its time limit. Its streams are checked, and created where allowed, once a
// connection. Thread-safe. Included by this folder's .cpp files and by composition, which only makes it.
#include <cstdint>
#include <memory>
#include <string>

#include "adapters/bus/nats/nats_settings.hpp"
#include "foundation/result.hpp"

// NOLINTNEXTLINE(bugprone-reserved-identifier): the name is the library's own
typedef struct __natsConnection natsConnection;

namespace gatehouse::adapters::bus {

class NatsLink {
 public:
  explicit NatsLink(NatsSettings settings);
  ~NatsLink();
  NatsLink(const NatsLink&) = delete;
  NatsLink& operator=(const NatsLink&) = delete;

  /// A connection that was usable a moment ago. `generation` changes when it is another one than before. The pointer is
  /// good for the life of the shared_ptr. Returns `dependency_unavailable`, the cause saying why.
  struct Session {
    std::shared_ptr<natsConnection> connection;
    std::uint64_t generation = 0;
  };
  Result<Session> session();

  /// A publisher was told that its stream is missing: look again at the next session().
  void recheck_streams();

  const NatsSettings& settings() const { return settings_; }

 private:
  struct Impl;
  const NatsSettings settings_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gatehouse::adapters::bus
