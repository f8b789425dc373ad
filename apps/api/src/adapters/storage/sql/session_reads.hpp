#pragma once
// Reads of session checks that miss the map, joined: those that arrive while one is under way share the next one, so
// that a database across a network is asked once for many. A read begins after each of its callers arrived, so what it
// answers is as fresh as a read of their own. Used by SqlStore on PostgreSQL. Thread-safe and blocking.
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "modules/identity/ports/stores/sessions.hpp"

namespace gatehouse::adapters::sql {

class SessionReads {
 public:
  using Found = std::optional<ports::SessionAndUser>;
  using ReadMany = std::function<Result<std::vector<ports::SessionAndUser>>(const std::vector<domain::SessionId>&)>;

  explicit SessionReads(ReadMany read_many) : read_many_(std::move(read_many)) {}

  /// Nothing when there is no such session. Errors: those of the read.
  Result<Found> find(const domain::SessionId& id);

 private:
  struct Caller;

  std::vector<Caller*> take();
  void read(const std::vector<Caller*>& callers);

  ReadMany read_many_;
  std::mutex mutex_;
  std::vector<Caller*> waiting_;
  int under_way_ = 0;
};

}  // namespace gatehouse::adapters::sql
