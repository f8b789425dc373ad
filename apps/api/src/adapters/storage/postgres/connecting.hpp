#pragma once
// How a connection comes about: libpq's parameters, a bounded wait, the settings of the session. Used by PgConnection
// alone.
#include <chrono>
#include <string>

#include "adapters/storage/postgres/connection.hpp"

namespace gatehouse::adapters::postgres {

/// The server's own limit strikes first; this much later the client gives up on a server that does not answer at all.
constexpr std::chrono::milliseconds kGrace{1000};

/// To be ended by PQfinish. Throws DatabaseError `unavailable` for a URL that is none.
pg_conn* begin_connecting(const ConnectSettings& settings);
/// Throws DatabaseError `unavailable`, with libpq's reason.
void wait_until_connected(pg_conn* connection, std::chrono::steady_clock::time_point deadline);
/// The script that a new connection begins with.
std::string session_settings(const ConnectSettings& settings);
/// A message of libpq's without its line ends.
std::string one_line(const char* message);

}  // namespace gatehouse::adapters::postgres
