#pragma once
// Use-once tickets of provider sign-ins in SQL: see ports/stores/oauth_tickets.hpp.
#include "adapters/storage/sql/connection.hpp"
#include "modules/identity/ports/stores/oauth_tickets.hpp"

namespace gatehouse::adapters::sql {

class SqlOAuthTickets final : public ports::OAuthTickets {
 public:
  explicit SqlOAuthTickets(Connection& connection) : connection_(connection) {}

  Result<bool> add(const domain::OAuthTicket& ticket) override;
  Result<std::optional<domain::OAuthTicket>> find(domain::OAuthTicketKind kind, const std::string& token_hash) override;
  Result<bool> consume(const domain::OAuthTicketId& id, Timestamp now) override;
  Result<int> remove_expired(Timestamp time, int limit) override;

 private:
  Connection& connection_;
};

}  // namespace gatehouse::adapters::sql
