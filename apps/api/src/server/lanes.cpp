#include "server/lanes.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gatehouse::server {

class Lanes::Pool {
 public:
  explicit Pool(const LaneOptions& options)
      : queue_limit_(options.queue),
        capacity_(options.threads + options.queue),
        share_(options.share > 0 ? options.share : std::max<std::size_t>(1, capacity_ / 8)) {
    for (std::size_t i = 0; i < std::max<std::size_t>(1, options.threads); ++i)
      threads_.emplace_back([this] { run(); });
  }
  ~Pool() { stop(); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  Admission submit(std::string_view key, std::function<void()> job) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return Admission::stopped;
      const std::size_t idle = threads_.size() - running_;
      if (jobs_.size() >= queue_limit_ + idle) return Admission::full;
      const std::string owner(key);
      if (!owner.empty() && 2 * (jobs_.size() + running_) >= capacity_) {
        const auto held = held_.find(owner);
        if (held != held_.end() && held->second >= share_) return Admission::over_share;
      }
      if (!owner.empty()) ++held_[owner];
      jobs_.push_back({owner, std::move(job)});
    }
    wake_.notify_one();
    return Admission::accepted;
  }

  std::size_t queued() const {
    const std::lock_guard lock(mutex_);
    return jobs_.size();
  }
  std::size_t running() const {
    const std::lock_guard lock(mutex_);
    return running_;
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (auto& thread : threads_)
      if (thread.joinable()) thread.join();
  }

 private:
  struct Job {
    std::string owner;
    std::function<void()> work;
  };

  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      Job job = std::move(jobs_.front());
      jobs_.pop_front();
      ++running_;
      lock.unlock();
      job.work();
      job.work = nullptr;
      lock.lock();
      --running_;
      release(job.owner);
    }
  }

  void release(const std::string& owner) {
    if (owner.empty()) return;
    const auto held = held_.find(owner);
    if (--held->second == 0) held_.erase(held);
  }

  const std::size_t queue_limit_, capacity_, share_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  std::unordered_map<std::string, std::size_t> held_;
  std::size_t running_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

Lanes::Lanes(const LanesOptions& options)
    : store_(std::make_unique<Pool>(options.store)),
      hash_(std::make_unique<Pool>(options.hash)),
      upstream_(std::make_unique<Pool>(options.upstream)),
      provider_(std::make_unique<Pool>(options.provider)) {}

Lanes::~Lanes() = default;

Lanes::Pool& Lanes::pool(Lane lane) const {
  switch (lane) {
    case Lane::hash:
      return *hash_;
    case Lane::upstream:
      return *upstream_;
    case Lane::provider:
      return *provider_;
    case Lane::edge:
    case Lane::store:
      break;
  }
  return *store_;
}

Admission Lanes::submit(Lane lane, std::string_view share_key, std::function<void()> job) {
  return pool(lane).submit(share_key, std::move(job));
}

std::size_t Lanes::queued(Lane lane) const { return pool(lane).queued(); }
std::size_t Lanes::running(Lane lane) const { return pool(lane).running(); }

void Lanes::stop() {
  store_->stop();
  hash_->stop();
  upstream_->stop();
  provider_->stop();
}

void publish(const Lanes& lanes, observability::Metrics& metrics) {
  constexpr std::pair<Lane, const char*> kLanes[] = {
      {Lane::store, "store"}, {Lane::hash, "hash"}, {Lane::upstream, "upstream"}, {Lane::provider, "provider"}};
  for (const auto& [lane, name] : kLanes) {
    auto queued = metrics.gauge("gatehouse_lane_queued", "Requests that wait for a thread", {{"lane", name}});
    auto running = metrics.gauge("gatehouse_lane_running", "Requests that have a thread", {{"lane", name}});
    metrics.before_exposition([&lanes, which = lane, queued, running]() mutable {
      queued.set(static_cast<double>(lanes.queued(which)));
      running.set(static_cast<double>(lanes.running(which)));
    });
  }
}

}  // namespace gatehouse::server
