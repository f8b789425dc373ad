#include "composition/health.hpp"

#include <fmt/format.h>

namespace gatehouse::composition {
namespace {

using http::DependencyHealth;

// An event is published within a second where all is well, also by another process. A mail is taken up at once when it
// is due, and for two minutes a worker that died may have held it.
constexpr Duration kEventsAreLate = std::chrono::seconds(30);
constexpr Duration kMailIsLate = std::chrono::minutes(5);

std::string waiting_words(std::int64_t count, const char* things, Duration oldest) {
  return fmt::format("{} {} wait, one for {} s", count, things,
                     std::chrono::duration_cast<std::chrono::seconds>(oldest).count());
}

/// Degraded by what a worker here has met, or because work waits for too long.
DependencyHealth judge(std::string name, const std::optional<std::string>& trouble, bool late, std::string waiting) {
  if (!trouble && !late) return {std::move(name), true, false, ""};
  std::string detail = trouble.value_or("");
  if (late) detail += (detail.empty() ? "" : "; ") + waiting;
  return {std::move(name), false, false, std::move(detail)};
}

}  // namespace

void Health::watch(const WorkerSet* workers) {
  const std::lock_guard lock(mutex_);
  workers_ = workers;
}

std::vector<DependencyHealth> Health::look() {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (answer_.empty() || now - asked_at_ >= std::chrono::seconds(1)) {
    answer_ = ask();
    asked_at_ = now;
  }
  return answer_;
}

std::vector<DependencyHealth> Health::ask() {
  std::vector<DependencyHealth> found;
  const auto store = core_.store().check();
  found.push_back({"store", store.has_value(), true, store ? "" : store.error().cause});
  found.push_back({"keys", core_.keyring().unlocked(), false,
                   core_.keyring().unlocked() ? "" : "data keys can't be unwrapped now"});
  if (auto* vault = core_.keys().vault(); vault != nullptr) {
    const auto outage = vault->outage().present();
    found.push_back({"vault", !outage, false, outage.value_or("")});
  }
  if (const auto* fence = core_.fence(); fence != nullptr)
    found.push_back({"revocations", fence->connected(), false,
                     fence->connected() ? "" : "the session map is bypassed until revocations are heard again"});
  const auto waiting = store ? backlog_.look() : std::nullopt;
  if (core_.settings().has_bus) found.push_back(broker(waiting));
  found.push_back(mail(waiting));
  for (const auto& provider : core_.providers().all())
    found.push_back({"provider " + provider->facts().name, provider->answers(), false,
                     provider->answers() ? "" : "it does not answer; it is asked again every few seconds"});
  return found;
}

DependencyHealth Health::broker(const std::optional<Backlog::State>& waiting) const {
  const bool late = waiting && waiting->oldest_event > kEventsAreLate;
  return judge("broker", workers_ == nullptr ? std::nullopt : workers_->broker_trouble(), late,
               late ? waiting_words(waiting->events, "events", waiting->oldest_event) : "");
}

DependencyHealth Health::mail(const std::optional<Backlog::State>& waiting) const {
  const bool late = waiting && waiting->mail_overdue > kMailIsLate;
  return judge("mail", workers_ == nullptr ? std::nullopt : workers_->mail_trouble(), late,
               late ? waiting_words(waiting->mails, "mails", waiting->mail_overdue) : "");
}

}  // namespace gatehouse::composition
