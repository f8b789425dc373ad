#pragma once
// The janitor: upkeep in small batches (application/janitor.hpp), one step of each kind a round, so that none starves
// the others and traffic is never held up.
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/workers/loop.hpp"

namespace gatehouse::workers {

class Janitor {
 public:
  explicit Janitor(const application::Dependencies& deps) : deps_(deps) {}
  Result<More> step();

 private:
  const application::Dependencies& deps_;
};

}  // namespace gatehouse::workers
