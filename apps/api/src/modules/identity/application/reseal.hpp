#pragma once
// Reseals: moves every sealed value to the newest data key of its purpose, beside a running server. Small transactions,
// each value guarded by what was read, so a change by somebody else wins, a run that was killed is taken up by the
// next, and one that finds nothing to do changes nothing. The story of `gatehouse keys rewrap`, after the data keys
// themselves.
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/request_info.hpp"

namespace gatehouse::application {

struct ResealedKind {
  std::string_view name;        ///< "totp_secrets", "mail_bodies" …
  std::int64_t moved = 0;       ///< sealed anew by this run
  std::int64_t present = 0;     ///< were under the newest key already
  std::int64_t unreadable = 0;  ///< open with no key there is: left as they are
};

/// What a whole run did; the data keys are counted by who moved them.
struct RewrapReport {
  int wrapped_anew = 0;  ///< data keys
  int data_keys_made = 0;
  std::vector<ResealedKind> values;

  bool changed_something() const;
  std::int64_t unreadable() const;
};

/// Errors as those of the store and the cipher; what was moved until then stays moved.
Result<std::vector<ResealedKind>> reseal_everything(const Dependencies& deps);

/// One audit row with the counts, where there is something to tell.
Result<> note_rewrap(const Dependencies& deps, const Caller& caller, const RewrapReport& report,
                     const RequestInfo& request);

}  // namespace gatehouse::application
