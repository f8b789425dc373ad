#pragma once
// Risk assessment: how unlike its owner a right sign-in looks, with the reasons, for the owner's notice, the event that
// account-takeover detection reads, and (by configuration) a further proof. Never makes a wrong password right or a
// right one wrong. Pure; the caller gathers the signals from devices and attempts.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domain/identity/login_attempt.hpp"

namespace gatehouse::domain {

/// Counts are over the last hour, which kRiskWindow names for whoever asks the store.
inline constexpr Duration kRiskWindow = std::chrono::hours(1);

struct RiskSignals {
  bool first_sign_in = false;                ///< the account never signed in: there is nothing to compare with
  bool known_device = false;                 ///< proved by its device token
  bool known_network = false;                ///< a device of the account signed in from there before
  std::int64_t account_failures = 0;         ///< failed tries at this account
  std::int64_t network_accounts_failed = 0;  ///< different addresses that failed from this network
  std::int64_t spread_accounts_failed = 0;   ///< different addresses that failed just once or twice, anywhere
  std::int64_t spread_accounts_usual = 0;    ///< the same in an ordinary hour
};

namespace risk_reasons {
inline constexpr std::string_view kNewDevice = "new_device";
inline constexpr std::string_view kNewNetwork = "new_network";
inline constexpr std::string_view kFailureBurst = "failure_burst";
inline constexpr std::string_view kPasswordSpraying = "password_spraying";
}  // namespace risk_reasons

struct RiskAssessment {
  int score = 0;  ///< 0 to 100
  RiskLevel level = RiskLevel::low;
  std::vector<std::string> reasons;  ///< risk_reasons, in the order above

  bool suspicious() const { return level != RiskLevel::low; }
};

RiskAssessment assess_risk(const RiskSignals& signals);

/// Addresses that failed just once or twice within an hour of the clock: what spraying through many networks leaves
/// behind, while somebody who forgot a password fails oftener and at one address.
struct SpreadHour {
  Timestamp hour;  ///< its beginning
  std::int64_t accounts = 0;
};

/// The hour of the clock that a time lies in.
Timestamp hour_of(Timestamp time);
/// What a failed try adds to its hour: the first of an address counts it in, the third counts it out again.
int spread_change(std::int64_t failures_before_within_the_hour);
/// From when on hours are asked for.
Timestamp spread_since(Timestamp now);
/// Fills in the two spread signals: the last sixty minutes (the share of the hour before that they still cover counts),
/// and the median of the 24 hours before those. An hour that is not given had none.
void set_spread(RiskSignals& signals, const std::vector<SpreadHour>& hours, Timestamp now);

/// `[risk] on_suspicious`.
enum class OnSuspicious { notify, challenge };
GH_ENUM_NAMES(OnSuspicious, "notify", "challenge");

/// What follows from an assessment. notify: mail the owner with a "not me" link; emailed_code: a code besides, where
/// the account has no second factor (where it has one, that is asked for anyway).
enum class RiskResponse { none, notify, emailed_code };
GH_ENUM_NAMES(RiskResponse, "none", "notify", "emailed_code");

RiskResponse respond_to_risk(const RiskAssessment& assessment, OnSuspicious mode, bool has_second_factor);

}  // namespace gatehouse::domain
