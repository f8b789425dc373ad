#include "domain/identity/compliance_policy.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "domain/identity/text.hpp"

namespace gatehouse::domain {
namespace {

using V = IdentityVerification;
using S = Screening;

constexpr auto kVerificationSteps = std::to_array<std::pair<V, V>>({{V::unverified, V::pending},
                                                                    {V::pending, V::verified},
                                                                    {V::pending, V::rejected},
                                                                    {V::pending, V::unverified},
                                                                    {V::verified, V::expired},
                                                                    {V::verified, V::pending},
                                                                    {V::verified, V::rejected},
                                                                    {V::rejected, V::pending},
                                                                    {V::expired, V::pending}});

constexpr auto kScreeningSteps = std::to_array<std::pair<S, S>>({{S::unscreened, S::pending},
                                                                 {S::pending, S::clear},
                                                                 {S::pending, S::possible_match},
                                                                 {S::pending, S::confirmed_match},
                                                                 {S::clear, S::pending},
                                                                 {S::clear, S::possible_match},
                                                                 {S::possible_match, S::clear},
                                                                 {S::possible_match, S::confirmed_match},
                                                                 {S::confirmed_match, S::possible_match}});

template <class Steps, class State>
bool has_step(const Steps& steps, State from, State to) {
  return std::find(steps.begin(), steps.end(), std::pair(from, to)) != steps.end();
}

Result<> check_note(std::string_view field, std::string_view text) {
  constexpr std::size_t kLongestNote = 500;
  const auto points = decode_utf8(text);
  if (!points || points->empty() || points->size() > kLongestNote ||
      std::any_of(points->begin(), points->end(), is_unprintable)) {
    return fail_field(ErrorCode::invalid_request, std::string(field),
                      points && points->empty() ? "required" : "invalid",
                      "Give a " + std::string(field) + " of at most 500 printable characters.");
  }
  return {};
}

template <class State>
Result<> check_step(State from, State to) {
  if (is_legal_step(from, to)) return {};
  return fail(ErrorCode::illegal_transition,
              "There is no step from " + std::string(to_text(from)) + " to " + std::string(to_text(to)) + ".");
}

}  // namespace

bool is_legal_step(IdentityVerification from, IdentityVerification to) {
  return has_step(kVerificationSteps, from, to);
}

bool is_legal_step(Screening from, Screening to) { return has_step(kScreeningSteps, from, to); }

Screening public_screening(Screening shown_before, Screening now) {
  switch (now) {
    case Screening::unscreened:
    case Screening::pending:
    case Screening::clear:
      return now;
    case Screening::possible_match:
      return shown_before == Screening::clear ? Screening::clear : Screening::pending;
    case Screening::confirmed_match:
      break;
  }
  return Screening::pending;
}

Result<ComplianceChange> change_compliance(const User& user, const ComplianceRequest& request) {
  if (!request.identity_verification && !request.screening) {
    return fail(ErrorCode::invalid_request, "Name the state to change: identity_verification, screening or both.");
  }
  GH_CHECK(check_note("reference", request.reference));
  GH_CHECK(check_note("reason", request.reason));
  ComplianceChange change{user.identity_verification, user.screening, user.screening_public, user.compliance_hold,
                          false};
  if (request.identity_verification) {
    GH_CHECK(check_step(user.identity_verification, *request.identity_verification));
    change.identity_verification = *request.identity_verification;
  }
  if (request.screening) {
    GH_CHECK(check_step(user.screening, *request.screening));
    change.screening = *request.screening;
    change.screening_public = public_screening(user.screening_public, *request.screening);
    change.ends_sessions = change.screening == Screening::confirmed_match;
    if (change.screening == Screening::possible_match || change.ends_sessions) change.compliance_hold = true;
    if (change.screening == Screening::clear) change.compliance_hold = false;
  }
  return change;
}

}  // namespace gatehouse::domain
