#pragma once
// The outbox and the inbox in SQL: see ports/stores/ledgers.hpp. Data is sealed under the event's id; a row without
// data is a tombstone.
#include "adapters/storage/sql/connection.hpp"
#include "modules/identity/ports/data_cipher.hpp"
#include "modules/identity/ports/stores/ledgers.hpp"

namespace gatehouse::adapters::sql {

class SqlOutbox final : public ports::Outbox {
 public:
  SqlOutbox(Connection& connection, ports::DataCipher& cipher) : connection_(connection), cipher_(cipher) {}

  Result<> add(const domain::OutboxEvent& event) override;
  Result<std::vector<domain::OutboxEvent>> list(std::int64_t after, const std::string& topic, int limit) override;
  Result<std::vector<domain::OutboxEvent>> list_unpublished(std::int64_t after, int limit) override;
  Result<> mark_published(const std::vector<domain::EventId>& ids, Timestamp now) override;
  Result<std::int64_t> count_unpublished() override;
  Result<std::optional<Timestamp>> oldest_unpublished() override;
  Result<int> erase_user(const domain::UserId& user) override;
  Result<int> remove_published_before(Timestamp time, int limit) override;
  Result<int> remove_sealed_before(Timestamp time, int limit) override;
  Result<bool> receive(const std::string& event_id, const std::string& topic, Timestamp now) override;
  Result<int> remove_received_before(Timestamp time, int limit) override;

 private:
  Result<std::vector<domain::OutboxEvent>> opened(const Rows& rows);

  Connection& connection_;
  ports::DataCipher& cipher_;
};

}  // namespace gatehouse::adapters::sql
