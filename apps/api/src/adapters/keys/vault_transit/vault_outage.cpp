#include "adapters/keys/vault_transit/vault_outage.hpp"

#include <utility>

namespace gatehouse::adapters::keys {
namespace {

constexpr int kTriesToTell = 3;
constexpr auto kSilenceToTell = std::chrono::milliseconds(500);
/// Nobody takes the changes in a command; a server takes them several times a second.
constexpr std::size_t kChangesKept = 64;

}  // namespace

void VaultOutage::works(VaultPart which) {
  std::lock_guard lock(mutex_);
  reached_ = true;
  Part& part = parts_[static_cast<std::size_t>(which)];
  const bool was_down = any_down();
  part = {};
  if (was_down && !any_down() && changes_.size() < kChangesKept) changes_.push_back({false, cause_});
}

void VaultOutage::fails(VaultPart which, std::string_view cause) {
  std::lock_guard lock(mutex_);
  Part& part = parts_[static_cast<std::size_t>(which)];
  if (++part.failures == 1) part.since = now_();
  if (part.down || part.failures < kTriesToTell || now_() - part.since < kSilenceToTell) return;
  const bool was_down = any_down();
  part.down = true;
  if (was_down) return;
  cause_ = cause;
  ++count_;
  if (changes_.size() < kChangesKept) changes_.push_back({true, cause_});
}

bool VaultOutage::is_failing(VaultPart part) const {
  std::lock_guard lock(mutex_);
  return parts_[static_cast<std::size_t>(part)].failures > 0;
}

std::optional<std::string> VaultOutage::present() const {
  std::lock_guard lock(mutex_);
  return any_down() ? std::optional(cause_) : std::nullopt;
}

std::uint64_t VaultOutage::count() const {
  std::lock_guard lock(mutex_);
  return count_;
}

bool VaultOutage::was_reached() const {
  std::lock_guard lock(mutex_);
  return reached_;
}

std::vector<VaultChange> VaultOutage::take_changes() {
  std::lock_guard lock(mutex_);
  return std::exchange(changes_, {});
}

}  // namespace gatehouse::adapters::keys
