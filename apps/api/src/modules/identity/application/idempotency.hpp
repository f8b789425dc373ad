#pragma once
// Idempotency keys of admin POSTs: a repeat within 24 hours answers as the first call did, and does nothing again. Kept
// per caller. What is remembered of an answer is encrypted, since it may hold personal data.
#include <optional>
#include <string>

#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"

namespace gatehouse::application {

/// A call that carried a key.
struct IdempotentCall {
  std::string key;           ///< as sent
  std::string request_hash;  ///< over method, target and body
};

enum class IdempotencyState {
  first,      ///< nobody came before: carry it out, then finish_call() or release_call()
  under_way,  ///< the first call has not been answered yet
  finished    ///< `answer` is its answer
};

struct IdempotencyVerdict {
  IdempotencyState state = IdempotencyState::first;
  int status = 0;
  std::string answer;  ///< as it was given to finish_call()
};

/// Returns `idempotency_key_reused` when the key stood for another request.
Result<IdempotencyVerdict> begin_call(const Dependencies& deps, const Caller& caller, const IdempotentCall& call);
/// Remembers the answer for 24 hours.
Result<> finish_call(const Dependencies& deps, const Caller& caller, const IdempotentCall& call, int status,
                     const std::string& answer);
/// Nothing was done: the key is free again.
Result<> release_call(const Dependencies& deps, const Caller& caller, const IdempotentCall& call);

}  // namespace gatehouse::application
