#pragma once
// What a sign-in asks of several stores, in SQL: see ports/stores/sign_ins.hpp. The statements are the stores' own.
#include "adapters/storage/sql/connection.hpp"
#include "modules/identity/ports/stores/sign_ins.hpp"

namespace gatehouse::adapters::sql {

class SqlSignIns final : public ports::SignIns {
 public:
  explicit SqlSignIns(Connection& connection) : connection_(connection) {}

  Result<ports::Claimed> claimed(const std::string& email_canonical, const std::optional<domain::DeviceId>& device,
                                 Timestamp now) override;
  Result<ports::Standing> standing(const ports::PastQuestion& question, Timestamp now) override;
  Result<ports::HeldUser> hold(const domain::UserId& user) override;

 private:
  Connection& connection_;
};

}  // namespace gatehouse::adapters::sql
