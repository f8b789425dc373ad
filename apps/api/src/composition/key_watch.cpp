#include "composition/key_watch.hpp"

#include "modules/identity/application/note_machinery.hpp"
#include "observability/log.hpp"

namespace gatehouse::composition {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(250);
constexpr std::string_view kVault = "vault";
/// The store may be away too: what can't be noted now waits, so many at most.
constexpr std::size_t kKept = 16;

/// What counters showed at the last exposition.
struct Seen {
  std::uint64_t outages = 0, calls = 0, signatures = 0;
};

}  // namespace

KeyWatch::KeyWatch(Core& core) : core_(core), vault_(core.keys().vault()) {
  if (vault_ != nullptr) ticker_.emplace(kInterval, [this] { look(); });
}

void KeyWatch::look() {
  if (!greeted_ && vault_->outage().was_reached()) {
    greeted_ = true;
    to_note_.push_front({false, {}});
  }
  for (auto& change : vault_->outage().take_changes()) {
    if (change.began)
      observability::log(observability::Level::error, "vault_unavailable", {{"cause", change.cause}});
    else
      observability::log(observability::Level::info, "vault_available");
    to_note_.push_back(std::move(change));
  }
  while (to_note_.size() > kKept) to_note_.pop_front();
  while (!to_note_.empty() && note(to_note_.front())) to_note_.pop_front();
}

bool KeyWatch::note(const adapters::keys::VaultChange& change) {
  const auto noted = change.began ? application::note_outage_began(core_.deps(), kVault, change.cause)
                                  : application::note_outage_ended(core_.deps(), kVault);
  return noted.has_value();
}

void KeyWatch::publish_age(observability::Metrics& metrics) {
  auto age =
      metrics.gauge("gatehouse_signing_key_age_seconds", "How long the key that signs access tokens has done so");
  metrics.before_exposition([this, age]() mutable {
    const auto keys = core_.key_manager().list();
    if (!keys) return;
    for (const auto& key : *keys)
      if (key.purpose == domain::SigningPurpose::access_token && key.state == domain::SigningKeyState::active)
        age.set(std::chrono::duration<double>(core_.deps().clock.now() - key.activated_at.value_or(key.created_at))
                    .count());
  });
}

void KeyWatch::publish(observability::Metrics& metrics) {
  publish_age(metrics);
  if (vault_ == nullptr) return;
  auto up = metrics.gauge("gatehouse_vault_up", "1 while Vault answers and signs, 0 during an outage");
  auto outages = metrics.counter("gatehouse_vault_outages_total", "Outages of Vault since the start");
  auto calls = metrics.counter("gatehouse_vault_sign_calls_total", "Calls to Transit's sign endpoint");
  auto signatures = metrics.counter("gatehouse_vault_signatures_total", "Signatures that those calls asked for");
  metrics.before_exposition([this, up, outages, calls, signatures, seen = Seen()]() mutable {
    const auto [calls_now, signatures_now] = core_.keys().signing_counts();
    const Seen now{vault_->outage().count(), calls_now, signatures_now};
    up.set(vault_->outage().present() ? 0 : 1);
    outages.add(static_cast<double>(now.outages - seen.outages));
    calls.add(static_cast<double>(now.calls - seen.calls));
    signatures.add(static_cast<double>(now.signatures - seen.signatures));
    seen = now;
  });
}

}  // namespace gatehouse::composition
