#pragma once
// What became of a transaction whose COMMIT got no answer (issue 5). Used by the driver alone.
#include <chrono>
#include <string>

#include "adapters/storage/postgres/connection.hpp"

namespace gatehouse::adapters::postgres {

enum class CommitFate { committed, aborted, unknown };

/// As the connection knew it that sent the COMMIT.
struct SentCommit {
  std::string id;
  int backend_pid = 0;
  std::string server_life;
};

/// Asks on new connections until it is known or the time is over. A transaction still open is ended first: nobody is
/// left to finish it, and its locks would stay. `committed` only where that cannot be another transaction's fate, nor
/// be lost with a primary whose standby never heard of it.
CommitFate learn_fate(const ConnectSettings& settings, const SentCommit& transaction,
                      std::chrono::milliseconds patience);

}  // namespace gatehouse::adapters::postgres
