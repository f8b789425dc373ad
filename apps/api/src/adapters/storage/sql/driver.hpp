#pragma once
// A database as the SQL store, the migrator and the fence see it: transactions around work on a Connection. Implemented
// by sqlite/driver and postgres/driver; made by composition, which hands it to SqlStore. Thread-safe and blocking.
//
// Errors of all of them: what the work returned, or to_failure() of what the database said. A conflict (errors.hpp)
// runs the work again, at most kTries times. After an error of write() or migrate() nothing was written.
#include <functional>
#include <memory>

#include "adapters/storage/sql/connection.hpp"
#include "foundation/result.hpp"

namespace gatehouse::adapters::sql {

class InvalidationFeed;

using Work = std::function<Result<>(Connection&)>;

class Driver {
 public:
  static constexpr int kTries = 4;  ///< the first and three more (decision 28)

  virtual ~Driver() = default;
  virtual Dialect dialect() const = 0;

  /// Reads. On SQLite the work sees one snapshot and cannot write; on PostgreSQL each statement has its own snapshot.
  virtual Result<> read(const Work& work) = 0;

  /// One transaction: committed when the work returns a value, rolled back when it returns an error.
  virtual Result<> write(const Work& work) = 0;

  /// As write(), but alone under the lock of migrations, without the time limits of requests and without the hook.
  virtual Result<> migrate(const Work& work) = 0;

  /// What SQLite's writer runs in each transaction right before its commit: the sealer. Not used by PostgreSQL, where
  /// chaining inside the transactions would serialize all commits. Set once, before the first write().
  virtual void before_commit(std::function<void(Connection&)> hook) = 0;

  /// Where this process hears what others ended; see fence.hpp.
  virtual std::unique_ptr<InvalidationFeed> open_feed() = 0;
};

}  // namespace gatehouse::adapters::sql
