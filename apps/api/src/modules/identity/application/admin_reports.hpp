#pragma once
// What staff look up: the audit log, attempts to sign in, mails, the roles of the configuration, and how many there
// are. All newest first; totals are exact up to a bound and say so where they are not.
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/request_info.hpp"

namespace gatehouse::application {

template <class T>
struct Listing {
  ports::Page<T> page;
  ports::Total total;
};

/// Sealed rows. Needs identity.audit.read. Returns `forbidden`.
Result<Listing<domain::AuditEntry>> list_audit(const Dependencies& deps, const Caller& caller,
                                               const ports::AuditFilter& filter, const ports::PageRequest& page);

/// The most rows that one export gives; `next` of the page tells where to go on.
inline constexpr int kMostExported = 50'000;
/// The same for an export, which is itself recorded. Rows come a thousand at a time.
Result<ports::Page<domain::AuditEntry>> export_audit(const Dependencies& deps, const Caller& caller,
                                                     const ports::AuditFilter& filter,
                                                     const std::optional<std::string>& after,
                                                     const RequestInfo& request);

struct AttemptQuery {
  std::optional<std::string> user_id{};
  std::optional<std::string> email{};  ///< known or not: attempts keep only a keyed hash of it
  std::optional<std::string> network{};
  std::optional<domain::AttemptOutcome> outcome{};
  std::optional<Timestamp> from{}, to{};
};

/// Needs identity.audit.read. Returns `invalid_email`, `forbidden`.
Result<Listing<domain::LoginAttempt>> list_login_attempts(const Dependencies& deps, const Caller& caller,
                                                          const AttemptQuery& query, const ports::PageRequest& page);

/// Needs identity.users.read. Returns `forbidden`.
Result<Listing<domain::MailMessage>> list_mails(const Dependencies& deps, const Caller& caller,
                                                const ports::MailFilter& filter, const ports::PageRequest& page);

struct Stats {
  ports::UserCounts users;
  ports::Total live_sessions;
  ports::Total signed_in, failed;  ///< within 24 hours
  std::int64_t mails_queued = 0;
  std::int64_t events_unpublished = 0;
};
/// Needs identity.users.read. Returns `forbidden`.
Result<Stats> read_stats(const Dependencies& deps, const Caller& caller);

/// `LoginAttempt`, `Mail`, `RoleDefinition` and `Stats` of the OpenAPI document.
boost::json::object attempt_json(const domain::LoginAttempt& attempt);
boost::json::object mail_json(const domain::MailMessage& mail);
boost::json::object role_json(const Settings& settings, const std::string& role);
boost::json::object stats_json(const Stats& stats);
boost::json::object total_json(const ports::Total& total);

}  // namespace gatehouse::application
