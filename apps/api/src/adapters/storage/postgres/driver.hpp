#pragma once
// PostgreSQL 15 on libpq: a bounded pool, READ COMMITTED, schema `identity`. A read runs its statements by themselves,
// each on its own snapshot. A write is one transaction; serialization failures and deadlocks run it again, up to three
// times. Where the connection breaks during COMMIT the transaction's fate is asked for on another connection by its id
// (pg_xact_status), so that a caller is told only what is true. Made by composition; used through sql::Driver.
#include <memory>

#include "adapters/storage/postgres/connection.hpp"
#include "adapters/storage/sql/driver.hpp"

namespace gatehouse::adapters::postgres {

struct PostgresOptions {
  std::string url;           ///< postgresql://…, with libpq's TLS parameters as they are
  std::string listen_url{};  ///< a direct connection for LISTEN where `url` leads through a pooler; empty: `url`
  std::size_t pool_size = 16;
  std::chrono::milliseconds connect_timeout{3000};
  std::chrono::milliseconds acquire_timeout{2000};
  std::chrono::milliseconds statement_timeout{5000};
  std::chrono::milliseconds lock_timeout{3000};
  std::chrono::milliseconds resolve_timeout{5000};  ///< for learning the fate of a commit whose answer was lost
};

/// Connects once to prove that it can. Returns `dependency_unavailable` whose detail names cause and mend.
Result<std::unique_ptr<sql::Driver>> open_postgres(PostgresOptions options);

}  // namespace gatehouse::adapters::postgres
