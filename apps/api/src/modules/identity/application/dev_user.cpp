#include "modules/identity/application/dev_user.hpp"

#include "auth/encoding.hpp"
#include "modules/identity/application/open_session.hpp"

namespace gatehouse::application {
namespace {

Result<> enroll(ports::Tx& tx, const domain::UserId& user, const std::string& sealed, Timestamp now) {
  domain::TotpSecret secret;
  secret.id = domain::FactorId(new_id(now));
  secret.user_id = user;
  secret.sealed_secret = sealed;
  secret.created_at = now;
  GH_CHECK(tx.factors().put_totp(secret));
  GH_TRY([[maybe_unused]] const bool confirmed, tx.factors().confirm_totp(user, secret.id, 0, now));
  return {};
}

}  // namespace

Result<DevUser> create_dev_user(const Dependencies& deps, const ProvisionInput& input,
                                const std::optional<std::string>& totp_secret, const RequestInfo& request) {
  std::optional<std::string> secret;
  if (totp_secret) {
    secret = auth::base32_decode(totp_secret->substr(0, totp_secret->find('=')));
    if (!secret) return fail_field(ErrorCode::invalid_request, "totp_secret", "invalid", "give the secret as base32");
  }
  GH_TRY(auto view, provision_user(deps, input, operator_caller("dev"), request));
  const domain::UserId user = view.user.id;
  std::string sealed;
  if (secret) {
    GH_TRY(sealed, deps.cipher.seal(ports::DataPurpose::totp_secret, user.str(), *secret));
  }
  const Timestamp now = deps.clock.now();
  return deps.store.write([&](ports::Tx& tx) -> Result<DevUser> {
    if (secret) GH_CHECK(enroll(tx, user, sealed, now));
    Record record(tx, deps, request, now);
    DevUser made;
    const ClientSettings& client = *deps.settings.find_client("default");
    GH_TRY(made.signed_in, open_session(tx, record, deps, request,
                                        {.user = view.user,
                                         .client = client,
                                         .acr = secret ? domain::Acr::aal2 : domain::Acr::aal1,
                                         .amr = secret ? std::vector<std::string>{"pwd", "otp", "mfa"}
                                                       : std::vector<std::string>{"pwd"}},
                                        now));
    GH_TRY(made.view, view_user(tx, view.user, now));
    return made;
  });
}

}  // namespace gatehouse::application
