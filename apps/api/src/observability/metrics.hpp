#pragma once
// Metrics: counters, gauges and histograms, exposed as Prometheus text. Names are made once, at construction of what
// counts; the handles are cheap, thread-safe and live as long as the Metrics that made them. Labels hold no ids of
// people, sessions or requests.
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::observability {

using Labels = std::vector<std::pair<std::string, std::string>>;

class Counter {
 public:
  void add(double by = 1);

 private:
  friend class Metrics;
  explicit Counter(void* inner) : inner_(inner) {}
  void* inner_;
};

class Gauge {
 public:
  void set(double value);
  void add(double by);

 private:
  friend class Metrics;
  explicit Gauge(void* inner) : inner_(inner) {}
  void* inner_;
};

class Histogram {
 public:
  void observe(double value);

 private:
  friend class Metrics;
  explicit Histogram(void* inner) : inner_(inner) {}
  void* inner_;
};

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// The same name and labels give the same metric.
  Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  Histogram histogram(const std::string& name, const std::string& help, std::vector<double> buckets,
                      const Labels& labels = {});

  /// Runs before each exposition: for gauges that are looked at rather than kept.
  void before_exposition(std::function<void()> sample);
  /// Prometheus text format 0.0.4.
  std::string expose();

  /// Buckets of seconds for requests and dependencies, 0.5 ms to 10 s.
  static std::vector<double> latency_buckets();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gatehouse::observability
