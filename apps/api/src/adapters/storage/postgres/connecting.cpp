#include "adapters/storage/postgres/connecting.hpp"

#include <poll.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <libpq-fe.h>

namespace gatehouse::adapters::postgres {
namespace {

using sql::DatabaseError;
using sql::DatabaseErrorKind;
using Clock = std::chrono::steady_clock;

using Parsed = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

/// libpq's own message would quote the URL with its password.
Parsed parse_url(const std::string& url) {
  char* problem = nullptr;
  Parsed parsed(PQconninfoParse(url.c_str(), &problem), PQconninfoFree);
  PQfreemem(problem);
  if (!parsed) throw DatabaseError(DatabaseErrorKind::unavailable, "the URL is not a valid postgresql:// URL");
  return parsed;
}

std::vector<std::string> list_of(const PQconninfoOption* options, std::string_view keyword) {
  std::vector<std::string> list;
  for (; options->keyword != nullptr; ++options) {
    if (options->keyword != keyword || options->val == nullptr) continue;
    for (std::string_view rest = options->val;;) {
      const std::size_t comma = rest.find(',');
      list.emplace_back(rest.substr(0, comma));
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return list;
}

/// One of the servers that a URL names. What is empty is as the URL says.
struct Target {
  std::string host, hostaddr, port;
};

std::vector<Target> targets_of(const std::string& url) {
  const Parsed parsed = parse_url(url);
  const auto hosts = list_of(parsed.get(), "host");
  const auto addresses = list_of(parsed.get(), "hostaddr");
  const auto ports = list_of(parsed.get(), "port");
  const std::size_t count = std::max(hosts.size(), addresses.size());
  const auto fits = [count](const auto& list) { return list.size() <= 1 || list.size() == count; };
  // libpq says what is wrong with lists of different lengths.
  if (count < 2 || !fits(hosts) || !fits(addresses) || !fits(ports)) return {Target{}};
  const auto at = [](const auto& list, std::size_t i) {
    return list.empty() ? std::string() : list.size() == 1 ? list.front() : list[i];
  };
  std::vector<Target> targets;
  targets.reserve(count);
  for (std::size_t i = 0; i < count; ++i) targets.push_back({at(hosts, i), at(addresses, i), at(ports, i)});
  return targets;
}

pg_conn* begin_connecting(const ConnectSettings& settings, const Target& target) {
  const std::string timeout = std::to_string(std::max<long>(2, settings.connect_timeout.count() / 1000));
  const std::string unacknowledged = std::to_string((settings.statement_timeout + kGrace).count());
  const std::pair<const char*, std::string> parameters[] = {
      {"dbname", settings.url},     {"fallback_application_name", "gatehouse"},
      {"client_encoding", "UTF8"},  {"connect_timeout", timeout},
      {"keepalives_idle", "10"},    {"tcp_user_timeout", unacknowledged},
      {"keepalives_interval", "3"}, {"keepalives_count", "3"},
      {"host", target.host},        {"hostaddr", target.hostaddr},
      {"port", target.port}};
  std::vector<const char*> keywords, values;
  for (const auto& [keyword, value] : parameters) {
    if (value.empty()) continue;
    keywords.push_back(keyword);
    values.push_back(value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  return PQconnectStartParams(keywords.data(), values.data(), 1);
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

pg_conn* connect(const ConnectSettings& settings) {
  const auto targets = targets_of(settings.url);
  const auto deadline = Clock::now() + settings.connect_timeout;
  std::string reasons;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    std::unique_ptr<pg_conn, decltype(&PQfinish)> connection(begin_connecting(settings, targets[i]), PQfinish);
    try {
      const auto left = deadline - Clock::now();
      wait_until_connected(connection.get(), Clock::now() + left / static_cast<long>(targets.size() - i));
      return connection.release();
    } catch (const DatabaseError& error) {
      if (targets.size() == 1) throw;
      const auto& [host, address, port] = targets[i];
      reasons += fmt::format("{}{}{}{}: {}", reasons.empty() ? "" : "; ", host.empty() ? address : host,
                             port.empty() ? "" : ":", port, error.what());
    }
  }
  throw DatabaseError(DatabaseErrorKind::unavailable, reasons);
}

}  // namespace gatehouse::adapters::postgres
