#include "modules/identity/workers/janitor.hpp"

#include "modules/identity/application/janitor.hpp"

namespace gatehouse::workers {

Result<More> Janitor::step() {
  More more = More::no;
  for (const auto task : {application::remove_expired_rows, application::end_expired_roles,
                          application::erase_due_users, application::remove_past_retention}) {
    GH_TRY(const int done, task(deps_));
    metrics_.rows_removed.add(done);
    if (done >= application::kJanitorBatch) more = More::yes;
  }
  return more;
}

}  // namespace gatehouse::workers
