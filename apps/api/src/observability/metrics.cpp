#include "observability/metrics.hpp"

#include <map>
#include <mutex>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace gatehouse::observability {

void Counter::add(double by) { static_cast<prometheus::Counter*>(inner_)->Increment(by); }
void Gauge::set(double value) { static_cast<prometheus::Gauge*>(inner_)->Set(value); }
void Gauge::add(double by) { static_cast<prometheus::Gauge*>(inner_)->Increment(by); }
void Histogram::observe(double value) { static_cast<prometheus::Histogram*>(inner_)->Observe(value); }

struct Metrics::Impl {
  prometheus::Registry registry{prometheus::Registry::InsertBehavior::Merge};
  std::mutex mutex;
  std::vector<std::function<void()>> samples;
};

namespace {

std::map<std::string, std::string> to_map(const Labels& labels) { return {labels.begin(), labels.end()}; }

}  // namespace

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

Counter Metrics::counter(const std::string& name, const std::string& help, const Labels& labels) {
  return Counter(&prometheus::BuildCounter().Name(name).Help(help).Register(impl_->registry).Add(to_map(labels)));
}

Gauge Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  return Gauge(&prometheus::BuildGauge().Name(name).Help(help).Register(impl_->registry).Add(to_map(labels)));
}

Histogram Metrics::histogram(const std::string& name, const std::string& help, std::vector<double> buckets,
                             const Labels& labels) {
  auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(impl_->registry);
  return Histogram(&family.Add(to_map(labels), std::move(buckets)));
}

void Metrics::before_exposition(std::function<void()> sample) {
  const std::lock_guard lock(impl_->mutex);
  impl_->samples.push_back(std::move(sample));
}

std::string Metrics::expose() {
  {
    const std::lock_guard lock(impl_->mutex);
    for (const auto& sample : impl_->samples) sample();
  }
  return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

std::vector<double> Metrics::latency_buckets() {
  return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
}

}  // namespace gatehouse::observability
