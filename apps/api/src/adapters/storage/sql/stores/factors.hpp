#pragma once
// Second factors in SQL: see ports/stores/factors.hpp.
#include "adapters/storage/sql/ask.hpp"
#include "modules/identity/ports/stores/factors.hpp"

namespace gatehouse::adapters::sql {

class SqlFactors final : public ports::Factors {
 public:
  explicit SqlFactors(Connection& connection) : connection_(connection) {}

  Result<std::optional<domain::TotpSecret>> find_totp(const domain::UserId& user) override;
  Result<> put_totp(const domain::TotpSecret& secret) override;
  Result<bool> confirm_totp(const domain::UserId& user, const domain::FactorId& secret, std::int64_t step,
                            Timestamp now) override;
  Result<bool> accept_totp_step(const domain::UserId& user, std::int64_t step) override;
  Result<bool> remove_totp(const domain::UserId& user) override;

  Result<domain::FactorFailures> find_counter(const domain::UserId& user, domain::FactorKind factor) override;
  Result<std::optional<std::int64_t>> spend_try(const domain::UserId& user, domain::FactorKind factor, int limit,
                                                Timestamp now) override;
  Result<> clear_counter(const domain::UserId& user, domain::FactorKind factor) override;

  Result<> replace_backup_codes(const domain::UserId& user, const std::vector<domain::BackupCode>& codes) override;
  Result<std::vector<domain::BackupCode>> list_backup_codes(const domain::UserId& user) override;
  Result<bool> consume_backup_code(const domain::FactorId& id, Timestamp now) override;
  Result<> remove_backup_codes(const domain::UserId& user) override;

  static Ask<std::optional<domain::TotpSecret>> ask_totp(const domain::UserId& user);

 private:
  Connection& connection_;
};

}  // namespace gatehouse::adapters::sql
