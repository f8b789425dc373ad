#include "domain/identity/risk_assessment.hpp"

#include <algorithm>
#include <array>

namespace gatehouse::domain {
namespace {

constexpr int kNewDeviceScore = 20;
constexpr int kNewNetworkScore = 20;
constexpr int kFailureBurstScore = 30;
constexpr int kSprayingScore = 40;
constexpr int kMediumFrom = 40;
constexpr int kHighFrom = 70;
constexpr std::int64_t kBurst = 5;
constexpr std::int64_t kSprayedFromOneNetwork = 5;
constexpr std::int64_t kSprayedAnywhere = 50;
constexpr std::int64_t kOrdinaryHours = 24;
constexpr Duration kHour = std::chrono::hours(1);

/// One network failing at many addresses; or many addresses failing once each, far beyond the usual, which is how
/// spraying through many networks looks.
bool looks_sprayed(const RiskSignals& signals) {
  return signals.network_accounts_failed >= kSprayedFromOneNetwork ||
         (signals.spread_accounts_failed >= kSprayedAnywhere &&
          signals.spread_accounts_failed / 4 >= signals.spread_accounts_usual);
}

}  // namespace

RiskAssessment assess_risk(const RiskSignals& signals) {
  RiskAssessment assessment;
  const auto add = [&](std::string_view reason, int score) {
    assessment.reasons.emplace_back(reason);
    assessment.score = std::min(100, assessment.score + score);
  };
  if (!signals.first_sign_in && !signals.known_device) add(risk_reasons::kNewDevice, kNewDeviceScore);
  if (!signals.first_sign_in && !signals.known_network) add(risk_reasons::kNewNetwork, kNewNetworkScore);
  // Somebody else's guessing says nothing about a device that proves it was here before.
  if (!signals.known_device && signals.account_failures >= kBurst) add(risk_reasons::kFailureBurst, kFailureBurstScore);
  if (!signals.known_device && looks_sprayed(signals)) add(risk_reasons::kPasswordSpraying, kSprayingScore);
  assessment.level = assessment.score >= kHighFrom     ? RiskLevel::high
                     : assessment.score >= kMediumFrom ? RiskLevel::medium
                                                       : RiskLevel::low;
  return assessment;
}

Timestamp hour_of(Timestamp time) { return time - time.time_since_epoch() % kHour; }

int spread_change(std::int64_t failures_before_within_the_hour) {
  if (failures_before_within_the_hour == 0) return 1;
  return failures_before_within_the_hour == 2 ? -1 : 0;
}

Timestamp spread_since(Timestamp now) { return hour_of(now) - (kOrdinaryHours + 1) * kHour; }

void set_spread(RiskSignals& signals, const std::vector<SpreadHour>& hours, Timestamp now) {
  const Timestamp current = hour_of(now);
  std::array<std::int64_t, kOrdinaryHours> ordinary{};
  std::int64_t recent = 0, before = 0;
  for (const auto& [hour, accounts] : hours) {
    const auto age = (current - hour) / kHour;
    if (age == 0) recent = accounts;
    if (age == 1) before = accounts;
    if (age >= 2 && age - 2 < kOrdinaryHours) ordinary[static_cast<std::size_t>(age - 2)] = accounts;
  }
  signals.spread_accounts_failed = recent + before * ((kHour - (now - current)) / std::chrono::seconds(1)) / 3600;
  std::sort(ordinary.begin(), ordinary.end());
  signals.spread_accounts_usual = ordinary[ordinary.size() / 2];
}

RiskResponse respond_to_risk(const RiskAssessment& assessment, OnSuspicious mode, bool has_second_factor) {
  if (!assessment.suspicious()) return RiskResponse::none;
  return mode == OnSuspicious::challenge && !has_second_factor ? RiskResponse::emailed_code : RiskResponse::notify;
}

}  // namespace gatehouse::domain
