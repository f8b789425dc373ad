#include "adapters/bus/nats/nats_batch.hpp"

#include <limits>
#include <utility>

namespace gatehouse::adapters::bus {
namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

}  // namespace

void NatsBatch::begin(const std::vector<ports::BusMessage>& messages) {
  const std::lock_guard lock(mutex_);
  waiting_.clear();
  ready_.clear();
  fates_.assign(messages.size(), std::nullopt);
  sent_.assign(messages.size(), false);
  next_of_key_.assign(messages.size(), kNone);
  missing_stream_ = false;
  ids_.clear();
  std::unordered_map<std::string, std::size_t> last_of_key;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    waiting_.emplace(messages[i].event_id, i);
    ids_.push_back(messages[i].event_id);
    const auto& key = messages[i].order_key;
    if (key.empty()) {
      ready_.push_back(i);
      continue;
    }
    const auto [last, first_of_key] = last_of_key.try_emplace(key, i);
    if (first_of_key) {
      ready_.push_back(i);
    } else {
      next_of_key_[last->second] = i;
      last->second = i;
    }
  }
}

std::vector<std::size_t> NatsBatch::take(Time until) {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait_until(lock, until, [this] { return !ready_.empty() || waiting_.empty(); });
    std::vector<std::size_t> to_send;
    for (const std::size_t index : std::exchange(ready_, {})) {
      if (!fates_[index]) {
        sent_[index] = true;
        to_send.push_back(index);
      } else {
        release_after(index);  // a late acknowledgement of an earlier batch came first
      }
    }
    if (!to_send.empty() || ready_.empty()) return to_send;
  }
}

bool NatsBatch::finish(Time until) {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, until, [this] { return waiting_.empty(); });
}

void NatsBatch::settle(const std::string& event_id, Result<> fate, bool no_stream) {
  const std::lock_guard lock(mutex_);
  const auto found = waiting_.find(event_id);
  if (found == waiting_.end()) return;
  const std::size_t index = found->second;
  waiting_.erase(found);
  missing_stream_ = missing_stream_ || no_stream;
  const bool stored = fate.has_value();
  fates_[index] = std::move(fate);
  if (!stored)
    hold_back_after(index);
  else if (sent_[index])
    release_after(index);
  if (!ready_.empty() || waiting_.empty()) changed_.notify_all();
}

void NatsBatch::release_after(std::size_t index) {
  std::size_t next = next_of_key_[index];
  while (next != kNone && fates_[next]) next = next_of_key_[next];
  if (next != kNone) ready_.push_back(next);
}

void NatsBatch::hold_back_after(std::size_t index) {
  for (std::size_t next = next_of_key_[index]; next != kNone; next = next_of_key_[next]) {
    if (fates_[next]) continue;
    fates_[next] = unavailable("NATS: held back, since an earlier event of the same user was not acknowledged");
    forget(next);
  }
}

/// The message waits for nothing more.
void NatsBatch::forget(std::size_t index) {
  auto [at, end] = waiting_.equal_range(ids_[index]);
  while (at != end && at->second != index) ++at;
  if (at != end) waiting_.erase(at);
}

std::vector<Result<>> NatsBatch::end() {
  const std::lock_guard lock(mutex_);
  waiting_.clear();
  ready_.clear();
  std::vector<Result<>> fates;
  fates.reserve(fates_.size());
  for (std::size_t i = 0; i < fates_.size(); ++i) {
    if (fates_[i])
      fates.push_back(std::move(*fates_[i]));
    else
      fates.push_back(unavailable(sent_[i] ? "NATS: no acknowledgement in time" : "NATS: no time left to send it"));
  }
  fates_.clear();
  return fates;
}

bool NatsBatch::missing_stream() const {
  const std::lock_guard lock(mutex_);
  return missing_stream_;
}

}  // namespace gatehouse::adapters::bus
