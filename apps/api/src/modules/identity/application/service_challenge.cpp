#include "modules/identity/application/service_challenge.hpp"

#include <algorithm>

#include "auth/crypto/constant_time.hpp"
#include "auth/token.hpp"
#include "domain/identity/factor_policy.hpp"
#include "domain/identity/session_policy.hpp"
#include "modules/identity/application/issue_challenge.hpp"

namespace gatehouse::application {
namespace {

constexpr std::size_t kLongestPurpose = 200;

Result<> check_purpose(const std::string& purpose) {
  const bool printable =
      std::all_of(purpose.begin(), purpose.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x20; });
  if (!purpose.empty() && purpose.size() <= kLongestPurpose && printable) return {};
  return fail_field(ErrorCode::invalid_request, "purpose", "invalid", "say in 1 to 200 characters what it is for");
}

std::string status_of(const domain::MfaChallenge& challenge, Timestamp now) {
  if (challenge.state == domain::ChallengeState::pending && now >= challenge.expires_at) return "expired";
  return std::string(domain::to_text(challenge.state));
}

}  // namespace

Result<ChallengeIssued> create_service_challenge(const Dependencies& deps, const Caller& service,
                                                 const ChallengeWanted& wanted, const RequestInfo& request) {
  GH_CHECK(check_purpose(wanted.purpose));
  const Timestamp now = deps.clock.now();
  GH_TRY(auto issued, deps.store.write([&](ports::Tx& tx) -> Result<ChallengeIssued> {
    GH_TRY(const auto user, tx.users().get(wanted.user_id));
    if (!domain::may_hold_sessions(user)) return fail(ErrorCode::conflict, "This user can't sign in now.");
    ChallengeIssued made;
    GH_TRY(made.methods, second_factor_methods(tx, user.id));
    if (made.methods.empty()) return fail(ErrorCode::conflict, "This user has no second factor.");
    domain::MfaChallenge challenge;
    challenge.id = domain::ChallengeId(new_id(now));
    auto token = auth::new_token(auth::TokenKind::challenge, challenge.id.str());
    challenge.token_hash = token.hash;
    challenge.user_id = user.id;
    challenge.purpose = wanted.purpose;
    challenge.service = service.name();
    challenge.credential_version = user.credential_version;
    challenge.created_at = now;
    challenge.expires_at = now + domain::kChallengeLifetime;
    challenge.ip = request.ip;
    challenge.user_agent = request.user_agent;
    GH_CHECK(tx.challenges().add(challenge));
    Record record(tx, deps, request, now);
    GH_CHECK(record.audit(by(service), domain::audit_actions::kMfaChallenged, user.id,
                          {.details = {{"purpose", wanted.purpose}}}));
    made.id = std::move(token.text);
    made.expires_at = challenge.expires_at;
    return made;
  }));
  deps.wake();
  return issued;
}

Result<ServiceChallenge> find_service_challenge(const Dependencies& deps, const Caller& service,
                                                const std::string& challenge_id) {
  const auto id = auth::parse_token(challenge_id, auth::TokenKind::challenge);
  if (!id) return fail(ErrorCode::not_found);
  const Timestamp now = deps.clock.now();
  return deps.store.read([&](ports::Tx& tx) -> Result<ServiceChallenge> {
    GH_TRY(auto found, tx.challenges().find(domain::ChallengeId(id->id)));
    if (!found || found->service != service.name() || !auth::equal_in_constant_time(id->hash, found->token_hash))
      return fail(ErrorCode::not_found);
    ServiceChallenge seen;
    GH_TRY(seen.methods, second_factor_methods(tx, found->user_id));
    seen.status = status_of(*found, now);
    seen.challenge = std::move(*found);
    return seen;
  });
}

}  // namespace gatehouse::application
