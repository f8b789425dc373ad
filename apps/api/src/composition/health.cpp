#include "composition/health.hpp"

namespace gatehouse::composition {

using http::DependencyHealth;

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
  if (const auto* fence = core_.fence(); fence != nullptr)
    found.push_back({"revocations", fence->connected(), false,
                     fence->connected() ? "" : "the session map is bypassed until revocations are heard again"});
  return found;
}

}  // namespace gatehouse::composition
