#include "adapters/storage/sql/errors.hpp"

#include <fmt/format.h>

namespace gatehouse::adapters::sql {

void run_again(std::string_view what) {
  throw DatabaseError(DatabaseErrorKind::conflict, fmt::format("{} changed meanwhile", what));
}

Failure to_failure(const DatabaseError& error) {
  using enum DatabaseErrorKind;
  const std::string_view text = error.what();
  switch (error.kind()) {
    case conflict:
      return gatehouse::unavailable(fmt::format("database: still in conflict after several tries: {}", text));
    case busy:
      return gatehouse::unavailable(fmt::format("database: busy: {}", text));
    case unavailable:
      return gatehouse::unavailable(fmt::format("database: away: {}", text), std::chrono::seconds(2));
    case outcome_unknown: {
      Failure failure = gatehouse::unavailable(fmt::format("database: outcome unknown: {}", text));
      failure.value().may_be_done = true;
      return failure;
    }
    case full:
      return gatehouse::unavailable(fmt::format("database: no space left, free some: {}", text),
                                    std::chrono::seconds(10));
    case read_only:
      return gatehouse::unavailable(fmt::format("database: read-only: {}", text), std::chrono::seconds(10));
    case corrupt:
      return gatehouse::unavailable(fmt::format("database: corrupt: {}", text), std::chrono::seconds(60));
    case unique_violation:
    case other:
      break;
  }
  return fail(ErrorCode::internal_error, {}, fmt::format("database: {}", text));
}

}  // namespace gatehouse::adapters::sql
