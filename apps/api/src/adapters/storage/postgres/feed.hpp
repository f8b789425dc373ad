#pragma once
// PostgreSQL's side of the fence: LISTENs for invalidations on a connection of its own, sends itself a number every
// 250 ms and, since notifications arrive in the order of commits, knows on hearing it that every earlier invalidation
// was heard. A number not heard for a second and a half breaks the feed, so that the fence connects anew.
#include <memory>

#include "adapters/storage/postgres/connection.hpp"
#include "adapters/storage/sql/fence.hpp"

namespace gatehouse::adapters::postgres {

/// Throws DatabaseError when it cannot connect and listen.
std::unique_ptr<sql::InvalidationFeed> make_feed(const ConnectSettings& settings);

}  // namespace gatehouse::adapters::postgres
