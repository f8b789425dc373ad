#pragma once
// The io threads from inside: an io context, its thread, and the connections that live on it, which one timer sweeps
// over for passed deadlines. Internal to the edge; others see IoThreads in server.hpp.
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <thread>
#include <unordered_set>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "server/server.hpp"

namespace gatehouse::server {

/// A connection as its thread sees it. Called on that thread only.
class Swept {
 public:
  virtual ~Swept() = default;
  virtual void sweep(std::chrono::steady_clock::time_point now) = 0;
  virtual void wake() = 0;                          ///< a long poll looks again
  virtual void begin_drain(const void* owner) = 0;  ///< of one Server's connections
  virtual void close_now(const void* owner) = 0;
};

class IoThread {
 public:
  IoThread();
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  boost::asio::io_context& context() { return context_; }
  void add(Swept* connection);
  void remove(Swept* connection) { connections_.erase(connection); }
  /// Runs `visit` over every connection, on the thread.
  template <class Visit>
  void for_each(Visit visit) {
    const std::vector<Swept*> now(connections_.begin(), connections_.end());
    for (auto* connection : now)
      if (connections_.contains(connection)) visit(*connection);
  }
  /// Deadlines are kept to about this much.
  void sweep_at_least_every(std::chrono::milliseconds period);

 private:
  void schedule();

  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::steady_timer timer_;
  bool scheduled_ = false;
  std::atomic<std::chrono::milliseconds::rep> period_{1000};
  std::unordered_set<Swept*> connections_;
  std::thread thread_;
};

struct IoThreads::Impl {
  std::vector<std::unique_ptr<IoThread>> threads;
  std::atomic<std::size_t> turn{0};

  std::size_t next() { return turn.fetch_add(1, std::memory_order_relaxed) % threads.size(); }
};

}  // namespace gatehouse::server
