#pragma once
// A page of a user's sessions. A user has few (`session.max_per_user`), so the store gives all, newest first, and a
// page is cut out here; used by the person's own list and by the staff's.
#include <vector>

#include "domain/identity/session.hpp"
#include "modules/identity/ports/page.hpp"

namespace gatehouse::http {

/// The page that follows `page.after`, with the position of the next one where there is more.
ports::Page<domain::Session> cut_sessions(std::vector<domain::Session> sessions, const ports::PageRequest& page);

}  // namespace gatehouse::http
