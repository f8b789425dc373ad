#include "modules/identity/workers/mail_delivery.hpp"

#include <algorithm>

#include "failpoint/failpoint.hpp"
#include "observability/log.hpp"

namespace gatehouse::workers {
namespace {

using domain::MailState;
constexpr int kMailsAtOnce = 20;
constexpr Duration kClaimLasts = std::chrono::minutes(2);
constexpr Duration kLongestSend = std::chrono::seconds(45);  ///< above every provider's time limit
constexpr Duration kGiveUpAfter = std::chrono::hours(23);
constexpr int kPutOffUntilTrouble = 3;
constexpr Duration kParkedFor = std::chrono::hours(1);

/// The row after what the provider said.
void apply(domain::MailMessage& message, const ports::MailDelivery& delivery, Timestamp now) {
  ++message.attempts;
  if (delivery.accepted) {
    message.state = MailState::sent;
    message.provider_id = delivery.provider_id;
    message.last_error.reset();
    return;
  }
  message.last_error = delivery.error;
  const Duration wait = delivery.failure == ports::MailFailure::park ? kParkedFor : retry_delay(message.attempts);
  const Duration asked = delivery.retry_after.value_or(std::chrono::seconds(0));
  message.next_attempt_at = now + std::max(wait, asked);
  const bool too_late = message.next_attempt_at > message.created_at + kGiveUpAfter ||
                        (message.expires_at && message.next_attempt_at >= *message.expires_at);
  if (delivery.failure == ports::MailFailure::permanent || too_late) message.state = MailState::failed;
}

}  // namespace

Duration retry_delay(std::int64_t attempts) {
  const auto doubled = std::chrono::seconds(5) * (1LL << std::clamp<std::int64_t>(attempts - 1, 0, 20));
  return std::min<Duration>(doubled, std::chrono::hours(1));
}

Result<More> MailDelivery::step() {
  const Timestamp now = deps_.clock.now();
  GH_TRY(auto due,
         deps_.store.write([&](ports::Tx& tx) { return tx.mails().claim_due(now, kClaimLasts, kMailsAtOnce); }));
  // With a slow provider the claim of the last ones would end while they are being sent, and another worker would send
  // them too: they wait for their next turn instead.
  const auto began = std::chrono::steady_clock::now();
  for (auto& message : due) {
    if (std::chrono::steady_clock::now() - began > kClaimLasts - kLongestSend) return More::no;
    deliver(message);
    // Killed while the next one is being sent, this one must not be sent again.
    GH_CHECK(save(message));
  }
  return due.size() == static_cast<std::size_t>(kMailsAtOnce) ? More::yes : More::no;
}

/// Hands it over, and writes into it what came of that.
void MailDelivery::deliver(domain::MailMessage& message) {
  const Timestamp now = deps_.clock.now();
  if (message.expires_at && now >= *message.expires_at) {
    message.state = MailState::failed;
    message.last_error = "expired before it could be delivered";
  } else {
    const auto delivery = provider_.deliver(message);
    GH_FAILPOINT(after_mail);
    apply(message, delivery, now);
    note(delivery, message.state);
  }
  if (message.state != MailState::failed) return;
  metrics_.mails_failed.add();
  observability::log(observability::Level::warning, "mail_failed",
                     {{"mail_id", message.id.str()},
                      {"template", message.template_name},
                      {"attempts", message.attempts},
                      {"cause", message.last_error.value_or("")}});
}

Result<> MailDelivery::save(const domain::MailMessage& message) {
  const bool finished = message.state != MailState::queued;
  return deps_.store.write(
      [&](ports::Tx& tx) { return tx.mails().save_delivery(message, finished && bodies_ == Bodies::wipe); });
}

void MailDelivery::note(const ports::MailDelivery& delivery, MailState state) {
  const bool parked = delivery.failure == ports::MailFailure::park;
  if (delivery.accepted)
    metrics_.mails_sent.add();
  else if (state == MailState::queued)
    (parked ? metrics_.mails_parked : metrics_.mails_retried).add();
  const std::lock_guard lock(mutex_);
  // What is wrong with one message alone proves that the provider answers.
  if (delivery.accepted || delivery.failure == ports::MailFailure::permanent) {
    trouble_.reset();
    put_off_in_a_row_ = 0;
  } else if (++put_off_in_a_row_ >= kPutOffUntilTrouble || parked) {
    trouble_ = delivery.error;
  }
}

std::optional<std::string> MailDelivery::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

}  // namespace gatehouse::workers
