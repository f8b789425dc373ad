#include "modules/identity/application/admin_reports.hpp"

#include "auth/email_address.hpp"
#include "domain/identity/permissions.hpp"
#include "modules/identity/application/authority.hpp"
#include "modules/identity/application/open_session.hpp"
#include "modules/identity/application/record.hpp"

namespace gatehouse::application {
namespace {

constexpr int kExportBatch = 1000;
constexpr Duration kDay = std::chrono::hours(24);

/// One page with its total, for a caller who holds the permission.
template <class T, class Store, class Filter>
Result<Listing<T>> listing(const Dependencies& deps, const Caller& caller, std::string_view permission, Store store,
                           const Filter& filter, const ports::PageRequest& page) {
  const Timestamp now = deps.clock.now();
  return deps.store.read([&](ports::Tx& tx) -> Result<Listing<T>> {
    GH_TRY([[maybe_unused]] const auto authority, authority_of(tx, deps, caller, permission, now));
    Listing<T> found;
    GH_TRY(found.page, store(tx).list(filter, page));
    GH_TRY(found.total, store(tx).count(filter));
    return found;
  });
}

ports::AttemptFilter since(domain::AttemptOutcome outcome, Timestamp from) {
  ports::AttemptFilter filter;
  filter.outcome = outcome;
  filter.from = from;
  return filter;
}

}  // namespace

Result<Listing<domain::AuditEntry>> list_audit(const Dependencies& deps, const Caller& caller,
                                               const ports::AuditFilter& filter, const ports::PageRequest& page) {
  return listing<domain::AuditEntry>(
      deps, caller, domain::permissions::kAuditRead, [](ports::Tx& tx) -> ports::AuditLog& { return tx.audit(); },
      filter, page);
}

Result<ports::Page<domain::AuditEntry>> export_audit(const Dependencies& deps, const Caller& caller,
                                                     const ports::AuditFilter& filter,
                                                     const std::optional<std::string>& after,
                                                     const RequestInfo& request) {
  const Timestamp now = deps.clock.now();
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    GH_TRY([[maybe_unused]] const auto authority, authority_of(tx, deps, caller, domain::permissions::kAuditRead, now));
    return Record(tx, deps, request, now).audit(by(caller), domain::audit_actions::kAuditExported, domain::UserId());
  }));
  ports::Page<domain::AuditEntry> all;
  all.next = after;
  do {
    GH_TRY(auto batch, deps.store.read([&](ports::Tx& tx) {
      return tx.audit().list(filter, {kExportBatch, all.next});
    }));
    std::move(batch.items.begin(), batch.items.end(), std::back_inserter(all.items));
    all.next = std::move(batch.next);
  } while (all.next && all.items.size() < kMostExported);
  deps.wake();
  return all;
}

Result<Listing<domain::LoginAttempt>> list_login_attempts(const Dependencies& deps, const Caller& caller,
                                                          const AttemptQuery& query, const ports::PageRequest& page) {
  ports::AttemptFilter filter;
  if (query.user_id) filter.user_id = domain::UserId(*query.user_id);
  if (query.email) {
    GH_TRY(const auto email, auth::parse_email_address(*query.email));
    filter.identifier_hmac = identifier_hmac(deps, email.canonical);
  }
  filter.network = query.network;
  filter.outcome = query.outcome;
  filter.from = query.from;
  filter.to = query.to;
  return listing<domain::LoginAttempt>(
      deps, caller, domain::permissions::kAuditRead,
      [](ports::Tx& tx) -> ports::LoginAttempts& { return tx.attempts(); }, filter, page);
}

Result<Listing<domain::MailMessage>> list_mails(const Dependencies& deps, const Caller& caller,
                                                const ports::MailFilter& filter, const ports::PageRequest& page) {
  return listing<domain::MailMessage>(
      deps, caller, domain::permissions::kUsersRead, [](ports::Tx& tx) -> ports::Mails& { return tx.mails(); }, filter,
      page);
}

Result<Stats> read_stats(const Dependencies& deps, const Caller& caller) {
  const Timestamp now = deps.clock.now();
  return deps.store.read([&](ports::Tx& tx) -> Result<Stats> {
    GH_TRY([[maybe_unused]] const auto authority, authority_of(tx, deps, caller, domain::permissions::kUsersRead, now));
    Stats stats;
    GH_TRY(stats.users, tx.users().counts());
    GH_TRY(stats.live_sessions, tx.sessions().count_live(now));
    GH_TRY(stats.signed_in, tx.attempts().count(since(domain::AttemptOutcome::success, now - kDay)));
    GH_TRY(stats.failed, tx.attempts().count(since(domain::AttemptOutcome::failure, now - kDay)));
    GH_TRY(stats.mails_queued, tx.mails().count_queued());
    GH_TRY(stats.events_unpublished, tx.outbox().count_unpublished());
    return stats;
  });
}

}  // namespace gatehouse::application
