#pragma once
// The audit log in SQL: see ports/stores/ledgers.hpp. Personal parts are sealed under the row's id; a row whose part
// was erased comes back with `personal` and `personal_salt` empty. Sequence and
// chain are the sealer's: sealer.hpp.
#include "adapters/storage/sql/connection.hpp"
#include "modules/identity/ports/data_cipher.hpp"
#include "modules/identity/ports/stores/ledgers.hpp"

namespace gatehouse::adapters::sql {

class SqlAuditLog final : public ports::AuditLog {
 public:
  SqlAuditLog(Connection& connection, ports::DataCipher& cipher) : connection_(connection), cipher_(cipher) {}

  Result<> add(const domain::AuditEntry& entry) override;
  Result<ports::Page<domain::AuditEntry>> list(const ports::AuditFilter& filter,
                                               const ports::PageRequest& page) override;
  Result<ports::Total> count(const ports::AuditFilter& filter) override;
  Result<std::vector<domain::AuditEntry>> read_from(std::int64_t sequence, int limit) override;
  Result<std::optional<domain::ChainHead>> head() override;
  Result<std::int64_t> count_unsealed() override;
  Result<> add_checkpoint(const domain::AuditCheckpoint& checkpoint) override;
  Result<std::optional<domain::AuditCheckpoint>> newest_checkpoint() override;
  Result<std::vector<domain::AuditCheckpoint>> list_checkpoints() override;
  Result<std::vector<domain::AuditCheckpoint>> oldest_checkpoints(int limit) override;
  Result<int> remove_checkpoints_before(std::int64_t sequence, int limit) override;
  Result<int> erase_personal(const domain::UserId& user) override;
  Result<int> remove_up_to(std::int64_t sequence, int limit) override;

 private:
  Result<std::vector<domain::AuditEntry>> opened(const Rows& rows);

  Connection& connection_;
  ports::DataCipher& cipher_;
};

}  // namespace gatehouse::adapters::sql
