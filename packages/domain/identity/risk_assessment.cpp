#include "domain/identity/risk_assessment.hpp"

#include <algorithm>

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

RiskResponse respond_to_risk(const RiskAssessment& assessment, OnSuspicious mode, bool has_second_factor) {
  if (!assessment.suspicious()) return RiskResponse::none;
  return mode == OnSuspicious::challenge && !has_second_factor ? RiskResponse::emailed_code : RiskResponse::notify;
}

}  // namespace gatehouse::domain
