#pragma once
// Mail delivery: takes due messages of the ledger by a lease and hands them to the provider. At least once, with the
// row's id as idempotency key; the frozen body is sent again unchanged, and wiped once it is of no more use (decision
// 14). For the mailbox, a view of the rows (decision 31), mails are written as sent and none is due, but those that
// waited when another provider was configured; their bodies stay.
#include <mutex>
#include <optional>
#include <string>

#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/ports/mail_provider.hpp"
#include "modules/identity/workers/loop.hpp"
#include "modules/identity/workers/worker_metrics.hpp"

namespace gatehouse::workers {

class MailDelivery {
 public:
  enum class Bodies { wipe, keep };
  MailDelivery(const application::Dependencies& deps, ports::MailProvider& provider, Bodies bodies,
               WorkerMetrics& metrics)
      : deps_(deps), provider_(provider), bodies_(bodies), metrics_(metrics) {}

  /// One batch. What was handed over is marked before the next delivery that could have to wait.
  Result<More> step();
  /// What the provider said last, where it takes no mail for a reason that lies with it: it has parked one, or put off
  /// several in a row (one alone may be its recipient's fault). Nothing once it takes one again. From any thread.
  std::optional<std::string> trouble() const;

 private:
  void deliver(domain::MailMessage& message);
  Result<> save(const domain::MailMessage& message);
  void note(const ports::MailDelivery& delivery, domain::MailState state);

  const application::Dependencies& deps_;
  ports::MailProvider& provider_;
  const Bodies bodies_;
  WorkerMetrics& metrics_;
  mutable std::mutex mutex_;
  std::optional<std::string> trouble_;
  int put_off_in_a_row_ = 0;
};

/// When a message that was not taken is tried again: 5 s, doubling to an hour, within the day in which providers
/// remember an idempotency key (integrations: Resend).
Duration retry_delay(std::int64_t attempts);

}  // namespace gatehouse::workers
