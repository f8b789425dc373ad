#pragma once
// A bounded pool of connections: waiting for one has a deadline, connections that the server closed are replaced before
// they are used, and after a refused connect the next try waits, longer each time, while callers are told at once.
// Thread-safe.
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "adapters/storage/postgres/connection.hpp"

namespace gatehouse::adapters::postgres {

class Pool {
 public:
  Pool(ConnectSettings settings, std::size_t size, std::chrono::milliseconds acquire_timeout);

  /// A connection for one piece of work; goes back by itself, or is closed if it can't be used again.
  class Lease {
   public:
    Lease(Pool& pool, std::unique_ptr<PgConnection> connection) : pool_(&pool), connection_(std::move(connection)) {}
    ~Lease() {
      if (connection_) pool_->give_back(std::move(connection_));
    }
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    PgConnection& operator*() const { return *connection_; }
    PgConnection* operator->() const { return connection_.get(); }

   private:
    Pool* pool_;
    std::unique_ptr<PgConnection> connection_;
  };

  /// Throws DatabaseError: `busy` when all are taken until the deadline, `unavailable` when none can be made.
  Lease acquire();

  /// Closes what is idle: after a cut, the others are most likely cut too.
  void forget_idle();
  const ConnectSettings& settings() const { return settings_; }
  std::size_t open_connections() const;

 private:
  using Moment = std::chrono::steady_clock::time_point;

  std::unique_ptr<PgConnection> connect();
  void give_back(std::unique_ptr<PgConnection> connection);

  const ConnectSettings settings_;
  const std::size_t size_;
  const std::chrono::milliseconds acquire_timeout_;
  mutable std::mutex mutex_;
  std::condition_variable given_back_;
  std::vector<std::unique_ptr<PgConnection>> idle_;
  std::size_t taken_ = 0;
  std::chrono::milliseconds back_off_{0};
  Moment next_try_{};
  std::string last_refusal_;
};

}  // namespace gatehouse::adapters::postgres
