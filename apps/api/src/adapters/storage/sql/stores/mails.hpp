#pragma once
// The mail ledger in SQL: see ports/stores/ledgers.hpp. Bodies are sealed under the mail's id; a wiped body comes back
// empty.
#include "adapters/storage/sql/connection.hpp"
#include "modules/identity/ports/data_cipher.hpp"
#include "modules/identity/ports/stores/ledgers.hpp"

namespace gatehouse::adapters::sql {

class SqlMails final : public ports::Mails {
 public:
  SqlMails(Connection& connection, ports::DataCipher& cipher) : connection_(connection), cipher_(cipher) {}

  Result<> add(const domain::MailMessage& message) override;
  Result<std::optional<domain::MailMessage>> find(const domain::MailId& id) override;
  Result<std::optional<domain::MailMessage>> find_by_provider_id(const std::string& provider_id) override;
  Result<ports::Page<domain::MailMessage>> list(const ports::MailFilter& filter,
                                                const ports::PageRequest& page) override;
  Result<ports::Total> count(const ports::MailFilter& filter) override;
  Result<std::vector<domain::MailMessage>> claim_due(Timestamp now, Duration lease, int limit) override;
  Result<> save_delivery(const domain::MailMessage& message, bool wipe_body) override;
  Result<> save_report(const domain::MailMessage& message) override;
  Result<int> count_to(const std::string& email_canonical, const std::string& template_name, Timestamp since) override;
  Result<std::int64_t> count_queued() override;
  Result<std::optional<Timestamp>> due_since(Timestamp now) override;
  Result<> remove(const domain::MailId& id) override;
  Result<int> remove_all() override;
  Result<int> erase_user(const domain::UserId& user) override;
  Result<int> remove_before(Timestamp time, int limit) override;
  Result<bool> receive_webhook(const std::string& id, Timestamp now) override;

 private:
  Result<domain::MailMessage> opened(const Row& row);
  Result<std::vector<domain::MailMessage>> opened(const Rows& rows);
  Result<std::optional<domain::MailMessage>> opened(const std::optional<Row>& row);

  Connection& connection_;
  ports::DataCipher& cipher_;
};

}  // namespace gatehouse::adapters::sql
