#pragma once
// Deletion with a grace period (GDPR article 17): the account is closed and every session ends at once; the data is
// erased by the janitor when the period is over, until which a mailed link takes it back.
#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/record.hpp"
#include "modules/identity/application/request_info.hpp"

namespace gatehouse::application {

/// Who closes an account, why, and whether the owner is mailed the way back: what staff closed, staff reopens.
struct Closing {
  By by;
  std::optional<std::string> reason{};
  enum class WayBack { mailed, by_staff } way_back = WayBack::mailed;
};

/// Closes the account inside a write closure; afterwards drop the user from the session map. For the person and for
/// staff alike; the user as closed. Returns `last_admin`, or `conflict` where deletion was asked for before.
Result<domain::User> close_account(ports::Tx& tx, Record& record, const Dependencies& deps, const domain::User& user,
                                   const Closing& closing, Timestamp now);

/// Returns `last_admin`.
Result<> delete_me(const Dependencies& deps, const Caller& caller, const RequestInfo& request);

/// Keeps the account; nobody is signed in by it. Returns `invalid_token`, `wrong_token_type`.
Result<> cancel_deletion(const Dependencies& deps, const std::string& token, const RequestInfo& request);

}  // namespace gatehouse::application
