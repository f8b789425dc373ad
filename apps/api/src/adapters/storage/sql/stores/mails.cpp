#include "adapters/storage/sql/stores/mails.hpp"

#include <algorithm>

#include "adapters/storage/sql/stores/filter.hpp"
#include "adapters/storage/sql/stores/keyset.hpp"
#include "adapters/storage/sql/stores/mapping.hpp"
#include "adapters/storage/sql/stores/totals.hpp"
#include "domain/identity/text.hpp"

namespace gatehouse::adapters::sql {
namespace {

#define GH_COLUMNS                                                                                           \
  "id, user_id, recipient, template_name, subject, body_text, body_html, state, attempts, next_attempt_at, " \
  "created_at, expires_at, provider_id, last_error"

constexpr Statement kAdd{"mails.add", "INSERT INTO mail_messages (" GH_COLUMNS
                                      ", recipient_canonical) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
                                      "?12, ?13, ?14, ?15)"};
constexpr Statement kFind{"mails.find", "SELECT " GH_COLUMNS " FROM mail_messages WHERE id = ?1"};
constexpr Statement kFindByProviderId{"mails.find_by_provider_id",
                                      "SELECT " GH_COLUMNS " FROM mail_messages WHERE provider_id = ?1"};
constexpr std::string_view kSelect = "SELECT " GH_COLUMNS " FROM mail_messages";
// The conditions stand twice: who waited for another claim of the same row must look again.
constexpr Statement kClaimDue{"mails.claim_due",
                              "UPDATE mail_messages SET next_attempt_at = ?2 WHERE id IN (SELECT id FROM mail_messages "
                              "WHERE state = 'queued' AND next_attempt_at <= ?1 ORDER BY next_attempt_at LIMIT ?3) "
                              "AND state = 'queued' AND next_attempt_at <= ?1 RETURNING " GH_COLUMNS};
#undef GH_COLUMNS
// Of one that is no longer queued only a missing provider_id is written; by one statement, that none waits for.
constexpr Statement kSaveDelivery{
    "mails.save_delivery",
    "UPDATE mail_messages SET state = CASE state WHEN 'queued' THEN ?2 ELSE state END, "
    "attempts = CASE state WHEN 'queued' THEN ?3 ELSE attempts END, "
    "next_attempt_at = CASE state WHEN 'queued' THEN ?4 ELSE next_attempt_at END, "
    "last_error = CASE state WHEN 'queued' THEN ?6 ELSE last_error END, "
    "provider_id = ?5 WHERE id = ?1 AND (state = 'queued' OR (provider_id IS NULL AND ?5 IS NOT NULL))"};
constexpr Statement kSaveReport{"mails.save_report",
                                "UPDATE mail_messages SET state = ?2, provider_id = ?3, last_error = ?4 WHERE id = ?1"};
constexpr Statement kWipeBody{"mails.wipe_body",
                              "UPDATE mail_messages SET body_text = NULL, body_html = NULL WHERE id = ?1"};
constexpr Statement kCountQueued{"mails.count_queued", "SELECT count(*) FROM mail_messages WHERE state = 'queued'"};
constexpr Statement kDueSince{"mails.due_since",
                              "SELECT next_attempt_at FROM mail_messages WHERE state = 'queued' "
                              "AND next_attempt_at <= ?1 ORDER BY next_attempt_at LIMIT 1"};
constexpr Statement kRemove{"mails.remove", "DELETE FROM mail_messages WHERE id = ?1"};
constexpr Statement kRemoveAll{"mails.remove_all", "DELETE FROM mail_messages"};
constexpr Statement kEraseUser{"mails.erase_user", "DELETE FROM mail_messages WHERE user_id = ?1"};
constexpr Statement kRemoveBefore{
    "mails.remove_before",
    "DELETE FROM mail_messages WHERE id IN (SELECT id FROM mail_messages WHERE created_at < ?1 AND state <> 'queued' "
    "ORDER BY created_at LIMIT ?2)"};
constexpr Statement kForgetWebhooks{"mails.forget_webhooks",
                                    "DELETE FROM mail_webhooks WHERE id IN (SELECT id FROM mail_webhooks "
                                    "WHERE received_at < ?1 ORDER BY received_at LIMIT ?2)"};
constexpr Statement kReceiveWebhook{
    "mails.receive_webhook", "INSERT INTO mail_webhooks (id, received_at) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING"};

Filter conditions(const ports::MailFilter& wanted) {
  Filter filter;
  if (wanted.to) filter.add("recipient_canonical = ?", domain::to_lower_ascii(*wanted.to));
  if (wanted.user_id) filter.add("user_id = ?", *wanted.user_id);
  if (wanted.state) filter.add("state = ?", named(*wanted.state));
  if (wanted.after_id) filter.add("id > ?", *wanted.after_id);
  return filter;
}

}  // namespace

Result<> SqlMails::add(const domain::MailMessage& m) {
  GH_TRY(auto text, cipher_.seal(ports::DataPurpose::mail_body, m.id.str(), m.text));
  GH_TRY(auto html, cipher_.seal(ports::DataPurpose::mail_body, m.id.str(), m.html));
  connection_.send(kAdd, {m.id, m.user_id, m.to, m.template_name, m.subject, Blob{std::move(text)},
                          Blob{std::move(html)}, named(m.state), m.attempts, m.next_attempt_at, m.created_at,
                          m.expires_at, m.provider_id, m.last_error, domain::to_lower_ascii(m.to)});
  return {};
}

Result<domain::MailMessage> SqlMails::opened(const Row& row) {
  domain::MailMessage mail;
  mail.id = row.id<domain::MailId>(0);
  mail.user_id = row.optional_id<domain::UserId>(1);
  mail.to = row.text(2);
  mail.template_name = row.text(3);
  mail.subject = row.text(4);
  if (!row.is_null(5)) {
    GH_TRY(const auto text, cipher_.open(ports::DataPurpose::mail_body, mail.id.str(), row.blob(5)));
    GH_TRY(const auto html, cipher_.open(ports::DataPurpose::mail_body, mail.id.str(), row.blob(6)));
    mail.text = text.expose();
    mail.html = html.expose();
  }
  mail.state = enum_at<domain::MailState>(row, 7);
  mail.attempts = row.integer(8);
  mail.next_attempt_at = row.time(9);
  mail.created_at = row.time(10);
  mail.expires_at = row.optional_time(11);
  mail.provider_id = row.optional_text(12);
  mail.last_error = row.optional_text(13);
  return mail;
}

Result<std::vector<domain::MailMessage>> SqlMails::opened(const Rows& rows) {
  std::vector<domain::MailMessage> mails;
  mails.reserve(rows.size());
  for (const Row& row : rows) {
    GH_TRY(auto mail, opened(row));
    mails.push_back(std::move(mail));
  }
  return mails;
}

Result<std::optional<domain::MailMessage>> SqlMails::opened(const std::optional<Row>& row) {
  if (!row) return std::nullopt;
  GH_TRY(auto mail, opened(*row));
  return mail;
}

Result<std::optional<domain::MailMessage>> SqlMails::find(const domain::MailId& id) {
  return opened(connection_.query_one(kFind, {id}));
}

Result<std::optional<domain::MailMessage>> SqlMails::find_by_provider_id(const std::string& provider_id) {
  return opened(connection_.query_one(kFindByProviderId, {provider_id}));
}

Result<ports::Page<domain::MailMessage>> SqlMails::list(const ports::MailFilter& wanted,
                                                        const ports::PageRequest& page) {
  Filter filter = conditions(wanted);
  if (page.after) filter.add("id < ?", *page.after);
  const std::string limit = filter.place(page.limit + 1);
  const std::string text = std::string(kSelect) + filter.where() + " ORDER BY id DESC LIMIT " + limit;
  GH_TRY(auto mails, opened(connection_.query({"mails.list", text}, filter.params())));
  return cut_page(std::move(mails), page.limit, [](const domain::MailMessage& last) { return last.id.str(); });
}

Result<ports::Total> SqlMails::count(const ports::MailFilter& wanted) {
  const Filter filter = conditions(wanted);
  return count_bounded(connection_, "SELECT 1 FROM mail_messages" + filter.where(), filter.params());
}

Result<std::vector<domain::MailMessage>> SqlMails::claim_due(Timestamp now, Duration lease, int limit) {
  GH_TRY(auto mails, opened(connection_.query(kClaimDue, {now, now + lease, limit})));
  std::sort(mails.begin(), mails.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return mails;
}

Result<> SqlMails::save_delivery(const domain::MailMessage& m, bool wipe_body) {
  connection_.send(kSaveDelivery, {m.id, named(m.state), m.attempts, m.next_attempt_at, m.provider_id, m.last_error});
  if (wipe_body) connection_.send(kWipeBody, {m.id});
  return {};
}

Result<> SqlMails::save_report(const domain::MailMessage& m) {
  connection_.send(kSaveReport, {m.id, named(m.state), m.provider_id, m.last_error});
  return {};
}

Result<int> SqlMails::count_to(const std::string& email_canonical, const std::string& template_name, Timestamp since) {
  Filter filter;
  filter.add("recipient_canonical = ?", email_canonical).add("created_at >= ?", since);
  if (!template_name.empty()) filter.add("template_name = ?", template_name);
  const std::string text = "SELECT count(*) FROM mail_messages" + filter.where();
  return connection_.query_one({"mails.count_to", text}, filter.params())->small(0);
}

Result<std::int64_t> SqlMails::count_queued() { return connection_.query_one(kCountQueued, {})->integer(0); }

Result<std::optional<Timestamp>> SqlMails::due_since(Timestamp now) {
  return map_one(connection_.query_one(kDueSince, {now}), [](const Row& row) { return row.time(0); });
}

Result<> SqlMails::remove(const domain::MailId& id) {
  connection_.send(kRemove, {id});
  return {};
}

Result<int> SqlMails::remove_all() { return static_cast<int>(connection_.execute(kRemoveAll, {})); }

Result<int> SqlMails::erase_user(const domain::UserId& user) {
  return static_cast<int>(connection_.execute(kEraseUser, {user}));
}

Result<int> SqlMails::remove_before(Timestamp time, int limit) {
  const auto webhooks = connection_.execute(kForgetWebhooks, {time, limit});
  return static_cast<int>(webhooks + connection_.execute(kRemoveBefore, {time, limit}));
}

Result<bool> SqlMails::receive_webhook(const std::string& id, Timestamp now) {
  return connection_.execute(kReceiveWebhook, {id, now}) == 1;
}

}  // namespace gatehouse::adapters::sql
