#pragma once
// Ending sessions: the row goes, the ending is put into the revocation feed, and, where it was by force,
// identity.session.revoked is produced. Called inside a write closure; after the commit the use case drops the same
// from the session map, so that no cached copy answers.
#include <optional>

#include "modules/identity/application/record.hpp"

namespace gatehouse::application {

/// How an ending came about. Own sign-outs have no reason and produce no event.
struct Ending {
  By by;
  std::optional<domain::RevocationReason> reason;
};

/// Ends one session; false when it was gone already.
Result<bool> end_session(ports::Tx& tx, Record& record, const Dependencies& deps, const domain::SessionId& id,
                         const Ending& ending, Timestamp now);

/// Ends all of a user's sessions but `except`; how many there were. Without `except` the feed says so once for all, so
/// that even a session it does not know of is refused by those who verify offline.
Result<int> end_all_sessions(ports::Tx& tx, Record& record, const Dependencies& deps, const domain::UserId& user,
                             const std::optional<domain::SessionId>& except, const Ending& ending, Timestamp now);

/// Tells caches, here and in other processes, that what the user may do or is called has changed.
Result<> note_user_changed(ports::Tx& tx, const domain::UserId& user, Timestamp now);

}  // namespace gatehouse::application
