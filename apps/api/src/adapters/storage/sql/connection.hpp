#pragma once
// One database connection inside a transaction, as the stores see it. A store is constructed from a Connection& for the
// length of one closure and only runs statements; begin, commit, savepoints and retries are the drivers' business. Not
// thread-safe; used by one thread at a time.
//
// Every failure throws DatabaseError (errors.hpp). A unique violation must not be the normal way to find out that a row
// exists: on PostgreSQL a failed statement spoils the whole transaction. Write `INSERT … ON CONFLICT DO NOTHING` and
// decide by the row count; where a unique violation is caught all the same, return an Error from the closure and run no
// further statement. A guarded save that hits no row calls run_again().
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/storage/sql/errors.hpp"
#include "adapters/storage/sql/statement.hpp"
#include "adapters/storage/sql/values.hpp"

namespace gatehouse::adapters::sql {

struct Dialect {
  bool is_postgres = false;
};

class Connection {
 public:
  virtual ~Connection() = default;

  virtual Dialect dialect() const = 0;

  /// Runs the statement and gives every row it answers with (SELECT, or a change with RETURNING).
  virtual Rows query(const Statement& statement, const Params& params) = 0;

  /// Runs several questions, none of which needs another's answer, in one trip; their rows, in that order.
  struct Question {
    const Statement& statement;
    Params params;
  };
  virtual std::vector<Rows> query_all(const std::vector<Question>& questions) {
    std::vector<Rows> answers;
    answers.reserve(questions.size());
    for (const auto& [statement, params] : questions) answers.push_back(query(statement, params));
    return answers;
  }

  /// Runs the statement; how many rows it changed. Rows that it answers with are dropped.
  virtual std::int64_t execute(const Statement& statement, const Params& params) = 0;

  /// Runs a change whose row count nobody needs. PostgreSQL gets it in one trip with the next statement that is waited
  /// for, or with the commit, and its failure shows there.
  virtual void send(const Statement& statement, const Params& params) { execute(statement, params); }

  /// As ports::Tx says; nothing where commits do not wait for the disk one by one.
  virtual void leave_durability_to_the_next() {}

  /// Tells the other processes that a session's or user's cached state is void, once this transaction commits.
  /// PostgreSQL notifies; on SQLite the row in session_invalidations is the message and this does nothing. The payload
  /// is "session:ID" or "user:ID"; "all" empties the maps.
  virtual void announce_invalidation(std::string_view payload) = 0;

  /// Runs a text of several statements without parameters: for migrations alone.
  virtual void run_script(const std::string& script) = 0;

  /// The first row, if there is one.
  std::optional<Row> query_one(const Statement& statement, const Params& params) {
    Rows rows = query(statement, params);
    if (rows.empty()) return std::nullopt;
    return std::move(rows.front());
  }
};

}  // namespace gatehouse::adapters::sql
