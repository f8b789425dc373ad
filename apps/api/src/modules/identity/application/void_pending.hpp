#pragma once
// After a change of how somebody signs in, nothing that was proved or mailed before may still be finished: challenges
// and the links that lead to an account are void. What lets its owner take things back (undo a change of address, "not
// me", keep the account) stays good, else whoever broke in could shut the owner out by the same call.
#include "modules/identity/ports/store.hpp"

namespace gatehouse::application {

/// Called inside a write closure, beside the change itself.
Result<> void_pending(ports::Tx& tx, const domain::UserId& user);

}  // namespace gatehouse::application
