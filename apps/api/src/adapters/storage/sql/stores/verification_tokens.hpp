#pragma once
// Mailed tokens in SQL: see ports/stores/tokens.hpp.
#include "adapters/storage/sql/connection.hpp"
#include "modules/identity/ports/stores/tokens.hpp"

namespace gatehouse::adapters::sql {

class SqlVerificationTokens final : public ports::VerificationTokens {
 public:
  explicit SqlVerificationTokens(Connection& connection) : connection_(connection) {}

  Result<> add(const domain::VerificationToken& token) override;
  Result<std::optional<domain::VerificationToken>> find(const domain::VerificationTokenId& id) override;
  Result<std::optional<domain::VerificationToken>> consume(const domain::VerificationTokenId& id,
                                                           const std::string& token_hash, domain::TokenPurpose purpose,
                                                           Timestamp now) override;
  Result<std::optional<domain::VerificationToken>> newest(const domain::UserId& user, domain::TokenPurpose purpose,
                                                          Timestamp now) override;
  Result<std::optional<domain::VerificationToken>> newest_for_email(const std::string& email_canonical,
                                                                    domain::TokenPurpose purpose,
                                                                    Timestamp now) override;
  Result<std::vector<domain::VerificationToken>> list(const domain::UserId& user, domain::TokenPurpose purpose,
                                                      Timestamp now) override;
  Result<int> remove_for_user(const domain::UserId& user, const std::vector<domain::TokenPurpose>& purposes) override;
  Result<int> remove_for_email(const std::string& email_canonical, domain::TokenPurpose purpose) override;
  Result<int> remove_expired(Timestamp now, int limit) override;

 private:
  Connection& connection_;
};

}  // namespace gatehouse::adapters::sql
