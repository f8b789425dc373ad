#pragma once
// What a state change leaves behind in the same transaction: the audit row, the outbox event, the frozen mail. Rows are
// written complete but without position; the sealer gives committed rows their sequence and chain link (decision 12).
#include "domain/identity/audit_chain.hpp"
#include "domain/identity/audit_checkpoint.hpp"
#include "domain/identity/audit_entry.hpp"
#include "domain/identity/event.hpp"
#include "domain/identity/mail.hpp"
#include "foundation/result.hpp"
#include "modules/identity/ports/page.hpp"

namespace gatehouse::ports {

struct AuditFilter {
  std::optional<std::string> actor_id{}, subject_id{}, action{}, request_id{};
  std::optional<Timestamp> from{}, to{};
};

class AuditLog {
 public:
  virtual ~AuditLog() = default;
  virtual Result<> add(const domain::AuditEntry& entry) = 0;
  /// Sealed entries, newest first.
  virtual Result<Page<domain::AuditEntry>> list(const AuditFilter& filter, const PageRequest& page) = 0;
  virtual Result<Total> count(const AuditFilter& filter) = 0;
  /// Sealed entries from `sequence` on, oldest first: for verification and export.
  virtual Result<std::vector<domain::AuditEntry>> read_from(std::int64_t sequence, int limit) = 0;
  /// Where the sealed chain ends; nothing while no entry was ever sealed.
  virtual Result<std::optional<domain::ChainHead>> head() = 0;
  virtual Result<std::int64_t> count_unsealed() = 0;
  virtual Result<> add_checkpoint(const domain::AuditCheckpoint& checkpoint) = 0;
  virtual Result<std::optional<domain::AuditCheckpoint>> newest_checkpoint() = 0;
  virtual Result<std::vector<domain::AuditCheckpoint>> list_checkpoints() = 0;
  /// Oldest first.
  virtual Result<std::vector<domain::AuditCheckpoint>> oldest_checkpoints(int limit) = 0;
  virtual Result<int> remove_checkpoints_before(std::int64_t sequence, int limit) = 0;
  /// Deletes the personal side rows (salt and value) of entries by or about the user; the chain still verifies.
  virtual Result<int> erase_personal(const domain::UserId& user) = 0;
  /// Removes the sealed entries up to and with `sequence`, whose checkpoint is kept as the start of what remains.
  virtual Result<int> remove_up_to(std::int64_t sequence, int limit) = 0;
};

class Outbox {
 public:
  virtual ~Outbox() = default;
  virtual Result<> add(const domain::OutboxEvent& event) = 0;
  /// Sealed events after `sequence`, oldest first; an empty topic means all. Data is opened.
  virtual Result<std::vector<domain::OutboxEvent>> list(std::int64_t after, const std::string& topic, int limit) = 0;
  virtual Result<std::vector<domain::OutboxEvent>> list_unpublished(std::int64_t after, int limit) = 0;
  virtual Result<> mark_published(const std::vector<domain::EventId>& ids, Timestamp now) = 0;
  /// Events that wait for the sealer or the relay; counting stops at 100,000 of each.
  virtual Result<std::int64_t> count_unpublished() = 0;
  /// When the oldest of them came about.
  virtual Result<std::optional<Timestamp>> oldest_unpublished() = 0;
  /// Replaces the data of a user's events by the tombstone {"user_id":…,"erased":true} with the same id.
  virtual Result<int> erase_user(const domain::UserId& user) = 0;
  virtual Result<int> remove_published_before(Timestamp time, int limit) = 0;
  /// The same whether published or not, oldest first: where there is no bus.
  virtual Result<int> remove_sealed_before(Timestamp time, int limit) = 0;
  /// Records a consumed event; false when it was recorded before.
  virtual Result<bool> receive(const std::string& event_id, const std::string& topic, Timestamp now) = 0;
  /// Forgets the ids of events consumed before `time`.
  virtual Result<int> remove_received_before(Timestamp time, int limit) = 0;
};

struct MailFilter {
  std::optional<std::string> to{};
  std::optional<domain::UserId> user_id{};
  std::optional<domain::MailState> state{};
  std::optional<domain::MailId> after_id{};  ///< only newer ones
};

class Mails {
 public:
  virtual ~Mails() = default;
  virtual Result<> add(const domain::MailMessage& message) = 0;
  virtual Result<std::optional<domain::MailMessage>> find(const domain::MailId& id) = 0;
  virtual Result<std::optional<domain::MailMessage>> find_by_provider_id(const std::string& provider_id) = 0;
  /// Newest first; bodies are opened.
  virtual Result<Page<domain::MailMessage>> list(const MailFilter& filter, const PageRequest& page) = 0;
  virtual Result<Total> count(const MailFilter& filter) = 0;
  /// Claims up to `limit` due messages: each one's next_attempt_at moves to the end of the lease, so that no other
  /// worker sees it until then. Expired ones are among them; the worker gives those up.
  virtual Result<std::vector<domain::MailMessage>> claim_due(Timestamp now, Duration lease, int limit) = 0;
  /// Writes state, attempts, next_attempt_at, provider_id and last_error of a mail that is still queued: a provider's
  /// report that came before it stands, and then only a missing provider_id is added. The body never changes,
  /// `wipe_body` drops it.
  virtual Result<> save_delivery(const domain::MailMessage& message, bool wipe_body) = 0;
  /// Writes state, provider_id and last_error as a provider reported them.
  virtual Result<> save_report(const domain::MailMessage& message) = 0;
  /// How many mails of a template (empty: of any) were made for an address since a time: the cap of decision 7.
  virtual Result<int> count_to(const std::string& email_canonical, const std::string& template_name,
                               Timestamp since) = 0;
  virtual Result<std::int64_t> count_queued() = 0;
  /// Since when the mail that waits longest for a worker has been due.
  virtual Result<std::optional<Timestamp>> due_since(Timestamp now) = 0;
  virtual Result<> remove(const domain::MailId& id) = 0;
  virtual Result<int> remove_all() = 0;
  virtual Result<int> erase_user(const domain::UserId& user) = 0;
  virtual Result<int> remove_before(Timestamp time, int limit) = 0;
  /// Records a provider webhook's id; false when it was seen before.
  virtual Result<bool> receive_webhook(const std::string& id, Timestamp now) = 0;
};

}  // namespace gatehouse::ports
