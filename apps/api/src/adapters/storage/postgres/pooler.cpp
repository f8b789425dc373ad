#include "adapters/storage/postgres/pooler.hpp"

#include <fmt/format.h>

namespace gatehouse::adapters::postgres {
namespace {

constexpr sql::Statement kProcess{"pooler.process", "SELECT pg_backend_pid()::bigint"};

std::int64_t process_of(sql::Connection& connection) { return connection.query_one(kProcess, {}).value().integer(0); }

Failure refuse_pooler(const std::string& seen) {
  const std::string sentence = fmt::format(
      "database.url leads through a pooler in transaction mode ({}), which breaks prepared statements and LISTEN; use "
      "its session mode, or the server directly",
      seen);
  return fail(ErrorCode::dependency_unavailable, sentence, sentence);
}

}  // namespace

Result<> refuse_transaction_pooler(sql::Driver& driver) {
  bool moved = false;
  // A pooler gives the connection used last to whoever begins next: the second takes the first one's, if it can.
  Result<> asked = driver.read([&](sql::Connection& first) -> Result<> {
    const std::int64_t own = process_of(first);
    return driver.write([&](sql::Connection& second) -> Result<> {
      const std::int64_t others = process_of(second);
      moved = others == own || process_of(first) != own;
      return {};
    });
  });
  if (moved) return refuse_pooler("a connection changes its server process between two statements");
  if (asked) return {};
  const std::string& cause = asked.error().cause;
  const bool statements_lost = cause.find("(26000)") != std::string::npos || cause.find("(42P05)") != std::string::npos;
  if (statements_lost) return refuse_pooler("prepared statements are not found again");
  return asked;
}

}  // namespace gatehouse::adapters::postgres
