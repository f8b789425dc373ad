#include "modules/identity/application/change_compliance.hpp"

#include "domain/identity/permissions.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/admin_user_view.hpp"
#include "modules/identity/application/assign_role.hpp"
#include "modules/identity/application/authority.hpp"
#include "modules/identity/application/end_sessions.hpp"
#include "modules/identity/application/void_pending.hpp"

namespace gatehouse::application {
namespace {

Result<> tell(Record& record, const Caller& caller, const domain::User& before, const domain::User& after,
              const ComplianceInput& input) {
  GH_CHECK(record.audit(
      by(caller), domain::audit_actions::kComplianceChanged, after.id,
      {.reason = input.reason,
       .details = {
           {"reference", input.reference},
           {"identity_verification",
            {{"from", domain::to_text(before.identity_verification)},
             {"to", domain::to_text(after.identity_verification)}}},
           {"screening", {{"from", domain::to_text(before.screening)}, {"to", domain::to_text(after.screening)}}}}}));
  return record.event(domain::topics::kComplianceChanged, after.id,
                      {{"user_id", after.id.str()},
                       {"identity_verification", domain::to_text(after.identity_verification)},
                       {"screening", domain::to_text(after.screening)},
                       {"by", caller.audit_id()},
                       {"reference", input.reference}});
}

}  // namespace

Result<ComplianceState> change_compliance(const Dependencies& deps, const Caller& caller, const domain::UserId& user_id,
                                          const ComplianceInput& input, const ExpectedVersion& expected,
                                          const RequestInfo& request) {
  const Timestamp now = deps.clock.now();
  auto changed = deps.store.write([&](ports::Tx& tx) -> Result<ComplianceState> {
    GH_TRY(const auto authority, authority_of(tx, deps, caller, domain::permissions::kComplianceWrite, now));
    GH_TRY(auto target, touch_other(tx, deps, authority, user_id, now));
    GH_CHECK(check_version(expected, target.user.version));
    GH_TRY(const auto change, domain::change_compliance(target.user, {input.identity_verification, input.screening,
                                                                      input.reference, input.reason}));
    domain::User user = target.user;
    user.identity_verification = change.identity_verification;
    user.screening = change.screening;
    user.screening_public = change.screening_public;
    user.compliance_hold = change.compliance_hold;
    user.updated_at = now;
    GH_CHECK(tx.users().save(user));
    Record record(tx, deps, request, now);
    GH_CHECK(tell(record, caller, target.user, user, input));
    if (change.ends_sessions) {
      GH_TRY([[maybe_unused]] const int ended,
             end_all_sessions(tx, record, deps, user_id, std::nullopt,
                              {by(caller), domain::RevocationReason::screening}, now));
      GH_CHECK(void_pending(tx, user_id));
    } else {
      GH_CHECK(void_access_tokens(tx, deps, user_id, now));
    }
    return ComplianceState{user_id, user.identity_verification, shown_screening(authority, user), user.version};
  });
  if (!changed) return changed;
  deps.session_map.drop_user(user_id);
  deps.wake();
  return changed;
}

}  // namespace gatehouse::application
