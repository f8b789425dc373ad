#pragma once
// What became of a transaction whose COMMIT got no answer (issue 5). Used by the driver alone.
#include <chrono>
#include <string>

#include "adapters/storage/postgres/connection.hpp"

namespace gatehouse::adapters::postgres {

enum class CommitFate { committed, aborted, unknown };

/// Asks on new connections until it is known or the time is over. A transaction still open is ended first: nobody is
/// left to finish it, and its locks would stay.
CommitFate learn_fate(const ConnectSettings& settings, const std::string& transaction_id, int backend_pid,
                      std::chrono::milliseconds patience);

}  // namespace gatehouse::adapters::postgres
