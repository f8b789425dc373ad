#pragma once
// Optimistic concurrency: the versions that a caller is ready to change (If-Match), checked in the transaction that
// changes.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "foundation/result.hpp"

namespace gatehouse::application {

/// nullopt: any version.
using ExpectedVersion = std::optional<std::vector<std::int64_t>>;

/// Returns `precondition_failed` when the version is not among the expected ones.
inline Result<> check_version(const ExpectedVersion& expected, std::int64_t version) {
  if (!expected || std::find(expected->begin(), expected->end(), version) != expected->end()) return {};
  return fail(ErrorCode::precondition_failed);
}

}  // namespace gatehouse::application
