#pragma once
// The checkpointer (decision 13): each minute under change, and at stop, what is committed is sealed, and the head of
// the audit chain is signed and put outside the store: as an event, a log line, and a line of `[audit] anchor_file`.
#include <string>

#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/workers/loop.hpp"

namespace gatehouse::workers {

/// One checkpoint a line, appended and synced: `gatehouse audit verify --anchor` reads it. A last line without its end,
/// as a power cut leaves it, goes first. Returns `dependency_unavailable`.
Result<> append_anchor(const std::string& path, const std::string& jws);

class Checkpointer {
 public:
  /// `anchor_file` empty: none is kept.
  Checkpointer(const application::Dependencies& deps, std::string anchor_file)
      : deps_(deps), anchor_file_(std::move(anchor_file)) {}

  /// Returns `dependency_unavailable` where the database, the signing key or the anchor file can't be used now.
  Result<More> step();

 private:
  const application::Dependencies& deps_;
  const std::string anchor_file_;
};

}  // namespace gatehouse::workers
