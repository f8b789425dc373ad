#pragma once
// The use-once things of sign-ins with providers. Looked at first, so that a refusal can say why, and then consumed:
// one guarded DELETE whose row count decides.
#include "domain/identity/oauth_ticket.hpp"
#include "foundation/result.hpp"

namespace gatehouse::ports {

class OAuthTickets {
 public:
  virtual ~OAuthTickets() = default;
  /// False when there is a ticket of that kind with that hash already.
  virtual Result<bool> add(const domain::OAuthTicket& ticket) = 0;
  /// Whether or not it has expired, while its row is there; for looking only.
  virtual Result<std::optional<domain::OAuthTicket>> find(domain::OAuthTicketKind kind,
                                                          const std::string& token_hash) = 0;
  /// Takes the ticket; false when it was taken before or has expired. At most one caller gets true.
  virtual Result<bool> consume(const domain::OAuthTicketId& id, Timestamp now) = 0;
  /// Removes tickets that expired before `time`.
  virtual Result<int> remove_expired(Timestamp time, int limit) = 0;
};

}  // namespace gatehouse::ports
