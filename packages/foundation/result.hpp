#pragma once
// Result<T>: what every function that can fail returns. A value, or an Error whose code comes out of
// packages/contracts/errors.yaml (status, title and meaning live there). Exceptions are for bugs and
// third-party libraries; an adapter catches them at its own edge and turns them into an Error.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "contracts/generated/error_code.hpp"

namespace gatehouse {

/// One field of the input that is wrong, for people and programs: RFC 9457 extension member `errors`.
struct FieldError {
  std::string field;    ///< dotted name as in the documentation, e.g. "password"
  std::string pointer;  ///< JSON Pointer (RFC 6901) into the body, e.g. "/password"; empty for parameters
  std::string code;     ///< stable, snake_case, e.g. "too_short"
  std::string detail;   ///< a sentence that says the mend
  std::vector<std::pair<std::string, std::string>> params;  ///< e.g. {"min","15"}
};

/// What a step-up needs (RFC 9470): carried by `reauthentication_required`.
struct StepUp {
  std::chrono::seconds max_age{};
  std::string acr_values;
};

struct Error {
  ErrorCode code = ErrorCode::internal_error;
  std::string detail;                                 ///< public: one sentence for the caller
  std::string cause;                                  ///< private: for the log alone, never a secret
  std::vector<FieldError> fields{};                   ///< public
  std::optional<std::chrono::seconds> retry_after{};  ///< public: the Retry-After header
  std::optional<StepUp> step_up{};                    ///< public
  bool may_be_done = false;                           ///< private: whether the change was made is not known
};

template <class T = void>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using Base = tl::expected<T, Error>;
  using Base::Base;
  Result() requires std::is_void_v<T> || std::is_default_constructible_v<T>
  = default;
  Result(Base base) : Base(std::move(base)) {}
};

using Failure = tl::unexpected<Error>;

/// A failure with a public sentence and, optionally, a private cause for the log.
inline Failure fail(ErrorCode code, std::string detail = {}, std::string cause = {}) {
  Error error;
  error.code = code;
  error.detail = std::move(detail);
  error.cause = std::move(cause);
  return Failure(std::move(error));
}
inline Failure fail(Error error) { return Failure(std::move(error)); }

/// A failure of one field: `fail_field(ErrorCode::invalid_request, "limit", "out_of_range", "limit is at most 200")`.
inline Failure fail_field(ErrorCode code, std::string field, std::string field_code, std::string detail) {
  Error error;
  error.code = code;
  error.detail = detail;
  error.fields.push_back({field, "/" + field, std::move(field_code), std::move(detail), {}});
  return Failure(std::move(error));
}

/// 503 with Retry-After: a dependency is away and nothing was done.
inline Failure unavailable(std::string cause, std::chrono::seconds retry_after = std::chrono::seconds(1)) {
  Error error;
  error.code = ErrorCode::dependency_unavailable;
  error.cause = std::move(cause);
  error.retry_after = retry_after;
  return Failure(std::move(error));
}

}  // namespace gatehouse

#define GH_CONCAT_INNER(a, b) a##b
#define GH_CONCAT(a, b) GH_CONCAT_INNER(a, b)
/// `GH_TRY(auto user, tx.users().get(id));` binds the value, or returns the error from the enclosing function.
#define GH_TRY(declaration, ...) GH_TRY_NAMED(GH_CONCAT(gh_result_, __COUNTER__), declaration, __VA_ARGS__)
#define GH_TRY_NAMED(result, declaration, ...)                         \
  auto result = (__VA_ARGS__);                                         \
  if (!result) return ::gatehouse::Failure(std::move(result).error()); \
  declaration = std::move(*result)
/// `GH_CHECK(tx.sessions().remove(id));` returns the error from the enclosing function, if there is one.
#define GH_CHECK(...) GH_CHECK_NAMED(GH_CONCAT(gh_result_, __COUNTER__), __VA_ARGS__)
#define GH_CHECK_NAMED(result, ...)                                                                   \
  do {                                                                                                \
    if (auto result = (__VA_ARGS__); !result) return ::gatehouse::Failure(std::move(result).error()); \
  } while (false)
