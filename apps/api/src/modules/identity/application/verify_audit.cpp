#include "modules/identity/application/verify_audit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "auth/crypto/digest.hpp"
#include "domain/identity/audit_chain.hpp"
#include "modules/identity/application/audit_checkpoint.hpp"

namespace gatehouse::application {
namespace {

constexpr int kBatch = 1000;
constexpr std::size_t kMostFaults = 100;

/// Signed statements that the row of a sequence has a hash.
using Promises = std::multimap<std::int64_t, domain::AuditCheckpoint>;

class Verification {
 public:
  explicit Verification(const Dependencies& deps) : deps_(deps) {}

  Result<> collect_checkpoints() {
    GH_TRY(const auto stored, deps_.store.read([](ports::Tx& tx) { return tx.audit().list_checkpoints(); }));
    report.checkpoints = static_cast<std::int64_t>(stored.size());
    for (const auto& each : stored) {
      const auto proved = read_audit_checkpoint(deps_, each.jws);
      if (!proved || proved->sequence != each.sequence || proved->hash != each.hash) {
        fault(
            fmt::format("the checkpoint at row {} is not signed by a checkpoint key of this installation, or says "
                        "something else",
                        each.sequence));
        continue;
      }
      add(*proved);
    }
    // Kept as a fact besides, where a server that ran beside `gatehouse fence` had covered its row already.
    const auto segment = newest_segment(deps_);
    if (!segment) fault("the start of the newest segment is not signed by a checkpoint key of this installation");
    if (segment && *segment) add(**segment);
    return {};
  }

  void collect_anchors(const std::vector<std::string>& anchors) {
    for (const auto& jws : anchors) {
      const auto proved = read_audit_checkpoint(deps_, jws);
      if (proved)
        add(*proved);
      else
        fault("an anchor is not signed by a checkpoint key of this installation: is it another installation's?");
    }
  }

  /// Rows that a fence gave up are promised no more.
  void set_aside() {
    for (const auto& segment : segments_)
      report.set_aside += static_cast<std::int64_t>(
          std::erase_if(promises_, [&](const auto& each) { return segment.sets_aside(each.second); }));
  }

  Result<> walk() {
    GH_TRY(auto rows, read_from(1));
    if (rows.empty()) return finish(0);
    domain::AuditChain chain(auth::sha256, start_of(rows.front()));
    std::int64_t next = rows.front().sequence.value_or(1);
    while (!rows.empty() && report.faults.size() < kMostFaults) {
      for (const auto& row : rows) check(chain, row);
      next = rows.back().sequence.value_or(next) + 1;
      GH_TRY(rows, read_from(next));
    }
    return finish(next - 1);
  }

  AuditReport report;

 private:
  Result<std::vector<domain::AuditEntry>> read_from(std::int64_t sequence) {
    return deps_.store.read([&](ports::Tx& tx) { return tx.audit().read_from(sequence, kBatch); });
  }

  /// The genesis, or the signed end of the segment that retention dropped.
  domain::ChainHead start_of(const domain::AuditEntry& first) {
    const std::int64_t before = first.sequence.value_or(1) - 1;
    if (before == 0) return {};
    const auto promised = promises_.find(before);
    if (promised != promises_.end()) return {before, promised->second.hash};
    fault(fmt::format("rows 1 to {} are missing, and no signed checkpoint ends there", before));
    return {before, first.previous_hash};
  }

  void check(domain::AuditChain& chain, const domain::AuditEntry& row) {
    ++report.rows;
    if (row.personal.empty()) ++report.erased;
    const auto found = chain.verify(row);
    const std::int64_t sequence = row.sequence.value_or(0);
    if (found) {
      fault(fmt::format("row {} ({}): {}", sequence, row.id.str(), domain::to_text(*found)));
      // Go on after it, so that one changed row is one fault and not a thousand.
      chain = domain::AuditChain(auth::sha256, {sequence, row.hash});
    }
    const auto [first, last] = promises_.equal_range(sequence);
    for (auto promise = first; promise != last; ++promise)
      if (promise->second.hash != row.hash) fault(fmt::format("row {} differs from its signed checkpoint", sequence));
  }

  void add(const domain::AuditCheckpoint& proved) {
    const auto [first, last] = promises_.equal_range(proved.sequence);
    if (std::any_of(first, last, [&](const auto& each) { return each.second.jws == proved.jws; })) return;
    if (proved.segment_after) segments_.push_back(proved);
    promises_.emplace(proved.sequence, proved);
  }

  Result<> finish(std::int64_t last) {
    report.last_sequence = last;
    if (!promises_.empty() && promises_.rbegin()->first > last)
      fault(fmt::format("the log ends at row {}, but row {} was signed: the store is behind or its tail was cut", last,
                        promises_.rbegin()->first));
    GH_TRY(report.unsealed, deps_.store.read([](ports::Tx& tx) { return tx.audit().count_unsealed(); }));
    return {};
  }

  void fault(std::string sentence) {
    if (report.faults.size() < kMostFaults) report.faults.push_back(std::move(sentence));
  }

  const Dependencies& deps_;
  Promises promises_;
  std::vector<domain::AuditCheckpoint> segments_;
};

}  // namespace

Result<AuditReport> verify_audit(const Dependencies& deps, const std::vector<std::string>& anchors) {
  Verification verification(deps);
  GH_CHECK(verification.collect_checkpoints());
  verification.collect_anchors(anchors);
  verification.set_aside();
  GH_CHECK(verification.walk());
  return std::move(verification.report);
}

}  // namespace gatehouse::application
