#pragma once
// What the workers count, by process. How much work waits is not counted here but looked at: composition/backlog.hpp.
#include "observability/metrics.hpp"

namespace gatehouse::workers {

struct WorkerMetrics {
  explicit WorkerMetrics(observability::Metrics& metrics);

  observability::Counter published, publish_failed;
  observability::Histogram publish_lag;  ///< from an event's time to its acknowledgement
  observability::Counter consumed, postponed, dead;
  observability::Counter mails_sent, mails_retried, mails_parked, mails_failed;
  observability::Counter rows_removed;
};

}  // namespace gatehouse::workers
