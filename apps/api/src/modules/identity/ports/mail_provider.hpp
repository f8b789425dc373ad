#pragma once
// Delivers one frozen message. Blocking; used by the mail worker alone.
#include <string>

#include "domain/identity/mail.hpp"
#include "foundation/result.hpp"

namespace gatehouse::ports {

/// What to do with a message the provider did not take.
enum class MailFailure { retry, park, permanent };

struct MailDelivery {
  bool accepted = false;
  std::string provider_id;                   ///< the provider's id of an accepted message
  MailFailure failure = MailFailure::retry;  ///< where not accepted
  std::optional<std::chrono::seconds> retry_after{};
  std::string error;  ///< for the ledger and support; holds no secret
};

class MailProvider {
 public:
  virtual ~MailProvider() = default;
  /// Hands the message over with its id as idempotency key. Never throws; a network failure is `retry`.
  virtual MailDelivery deliver(const domain::MailMessage& message) = 0;
  /// Whether the provider can be reached and accepts our credentials.
  virtual Result<> check() = 0;
};

}  // namespace gatehouse::ports
