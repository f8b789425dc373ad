#pragma once
// How a connection comes about: libpq's parameters, a bounded wait, the settings of the session. Used by PgConnection
// alone.
#include <chrono>
#include <string>

#include "adapters/storage/postgres/connection.hpp"

namespace gatehouse::adapters::postgres {

/// The server's own limit strikes first; this much later the client gives up on a server that does not answer at all.
constexpr std::chrono::milliseconds kGrace{1000};

/// To be ended by PQfinish. Of several hosts in the URL each has its share of the time, so that one that is silent does
/// not hide the next. Throws DatabaseError `unavailable` with the reasons, and for a URL that is none.
pg_conn* connect(const ConnectSettings& settings);
/// The script that a new connection begins with.
std::string session_settings(const ConnectSettings& settings);
/// A message of libpq's without its line ends.
std::string one_line(const char* message);

}  // namespace gatehouse::adapters::postgres
