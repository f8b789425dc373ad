#include "modules/identity/workers/worker_metrics.hpp"

namespace gatehouse::workers {
namespace {

/// Seconds; a backlog may be hours old.
std::vector<double> lag_buckets() { return {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300, 3600}; }

observability::Counter by_outcome(observability::Metrics& metrics, const char* name, const char* help,
                                  const char* outcome) {
  return metrics.counter(name, help, {{"outcome", outcome}});
}

constexpr const char* kPublished = "gatehouse_events_published_total";
constexpr const char* kPublishedHelp = "Events given to the broker, acknowledged or not";
constexpr const char* kConsumed = "gatehouse_events_consumed_total";
constexpr const char* kConsumedHelp = "Messages of other domains: carried out, put off, or set aside as dead letters";
constexpr const char* kMails = "gatehouse_mail_deliveries_total";
constexpr const char* kMailsHelp = "Attempts to hand a mail to its provider";

}  // namespace

WorkerMetrics::WorkerMetrics(observability::Metrics& metrics)
    : published(by_outcome(metrics, kPublished, kPublishedHelp, "acknowledged")),
      publish_failed(by_outcome(metrics, kPublished, kPublishedHelp, "failed")),
      publish_lag(metrics.histogram("gatehouse_events_publish_lag_seconds",
                                    "Time from an event to the broker's acknowledgement", lag_buckets())),
      consumed(by_outcome(metrics, kConsumed, kConsumedHelp, "done")),
      postponed(by_outcome(metrics, kConsumed, kConsumedHelp, "postponed")),
      dead(by_outcome(metrics, kConsumed, kConsumedHelp, "dead")),
      mails_sent(by_outcome(metrics, kMails, kMailsHelp, "sent")),
      mails_retried(by_outcome(metrics, kMails, kMailsHelp, "retry")),
      mails_parked(by_outcome(metrics, kMails, kMailsHelp, "parked")),
      mails_failed(by_outcome(metrics, kMails, kMailsHelp, "failed")),
      rows_removed(metrics.counter("gatehouse_janitor_rows_total", "Rows that upkeep removed, erased or ended")) {}

}  // namespace gatehouse::workers
