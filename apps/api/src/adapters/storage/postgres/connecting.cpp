#include "adapters/storage/postgres/connecting.hpp"

#include <poll.h>

#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <libpq-fe.h>

namespace gatehouse::adapters::postgres {
namespace {

using sql::DatabaseError;
using sql::DatabaseErrorKind;
using Clock = std::chrono::steady_clock;

/// libpq's own message would quote the URL with its password.
void check_url(const std::string& url) {
  char* problem = nullptr;
  PQconninfoOption* parsed = PQconninfoParse(url.c_str(), &problem);
  PQfreemem(problem);
  if (parsed == nullptr)
    throw DatabaseError(DatabaseErrorKind::unavailable, "the URL is not a valid postgresql:// URL");
  PQconninfoFree(parsed);
}

}  // namespace

std::string one_line(const char* message) {
  std::string line = message != nullptr ? message : "";
  while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())) != 0) line.pop_back();
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

// The session's settings, after whatever `options` the URL brings. By SET and not in the startup packet, which a
// pooler in session mode would refuse.
// Without scans from end to end wherever an index will do, since every statement has one: a plan that PostgreSQL made
// while a table was small would read all of it until the table is analyzed, however large it has grown meanwhile.
std::string session_settings(const ConnectSettings& settings) {
  return fmt::format(
      "SET search_path = identity, pg_temp; SET statement_timeout = {}; SET lock_timeout = {}; "
      "SET idle_in_transaction_session_timeout = {}; SET timezone = 'UTC'; SET jit = off; "
      "SET enable_seqscan = off; "
      "SET default_transaction_isolation = 'read committed'",
      settings.statement_timeout.count(), settings.lock_timeout.count(), (settings.statement_timeout + kGrace).count());
}

pg_conn* begin_connecting(const ConnectSettings& settings) {
  check_url(settings.url);
  const std::string timeout = std::to_string(std::max<long>(2, settings.connect_timeout.count() / 1000));
  const std::string unacknowledged = std::to_string((settings.statement_timeout + kGrace).count());
  const char* keywords[] = {"dbname",
                            "fallback_application_name",
                            "client_encoding",
                            "connect_timeout",
                            "tcp_user_timeout",
                            "keepalives_idle",
                            "keepalives_interval",
                            "keepalives_count",
                            nullptr};
  const char* values[] = {
      settings.url.c_str(), "gatehouse", "UTF8", timeout.c_str(), unacknowledged.c_str(), "10", "3", "3", nullptr};
  return PQconnectStartParams(keywords, values, 1);
}

void wait_until_connected(pg_conn* connection, Clock::time_point deadline) {
  PostgresPollingStatusType status = PGRES_POLLING_WRITING;
  while (status != PGRES_POLLING_OK) {
    if (connection == nullptr || PQstatus(connection) == CONNECTION_BAD || status == PGRES_POLLING_FAILED) {
      throw DatabaseError(DatabaseErrorKind::unavailable, one_line(PQerrorMessage(connection)));
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd waited{.fd = PQsocket(connection),
                  .events = static_cast<short>(status == PGRES_POLLING_READING ? POLLIN : POLLOUT),
                  .revents = 0};
    if (left <= 0 || poll(&waited, 1, static_cast<int>(left)) == 0) {
      throw DatabaseError(DatabaseErrorKind::unavailable, "no connection within the time limit");
    }
    status = PQconnectPoll(connection);
  }
}

}  // namespace gatehouse::adapters::postgres
