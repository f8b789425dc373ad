#pragma once
// What `--dev` and only `--dev` adds: a clock that can be moved. The rest of /dev/* goes through ordinary use cases.
#include "foundation/result.hpp"
#include "foundation/time.hpp"

namespace gatehouse::http {

class Development {
 public:
  virtual ~Development() = default;
  virtual void set_clock(Timestamp now) = 0;
  virtual void advance_clock(Duration by) = 0;
  /// Empties the database, the session map and the mailbox, and sets the clock right.
  virtual Result<> reset() = 0;
};

}  // namespace gatehouse::http
