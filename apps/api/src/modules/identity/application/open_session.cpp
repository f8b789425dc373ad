#include "modules/identity/application/open_session.hpp"

#include <boost/json/serialize.hpp>

#include "auth/encoding.hpp"
#include "auth/token.hpp"
#include "domain/identity/credential_policy.hpp"
#include "domain/identity/device_name.hpp"
#include "domain/identity/network_key.hpp"
#include "domain/identity/session_policy.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/application/authenticate.hpp"
#include "modules/identity/application/end_sessions.hpp"
#include "modules/identity/application/mailed_token.hpp"

namespace gatehouse::application {
namespace {

namespace json = boost::json;
constexpr Duration kDeviceLifetime = std::chrono::hours(24 * 400);

struct DeviceUse {
  domain::DeviceId id;
  std::optional<Secret<std::string>> token;  ///< none where a known device's token is not at hand: it stays good
  bool is_new = false;
};

Result<DeviceUse> use_device(ports::Tx& tx, const Opening& opening, const RequestInfo& request, Timestamp now) {
  const std::string network = domain::network_key(request.ip);
  if (opening.device) {
    GH_CHECK(tx.devices().note_use(opening.device->id, network, now));
    DeviceUse known{opening.device->id, std::nullopt, false};
    if (opening.device_token) known.token.emplace(*opening.device_token);
    return known;
  }
  domain::Device device;
  device.id = domain::DeviceId(new_id(now));
  device.user_id = opening.user.id;
  auto token = auth::new_token(auth::TokenKind::device, device.id.str());
  device.token_hash = token.hash;
  device.name = domain::device_name(request.user_agent);
  device.user_agent = request.user_agent;
  device.network = network;
  device.created_at = now;
  device.last_seen_at = now;
  device.expires_at = now + kDeviceLifetime;
  GH_CHECK(tx.devices().add(device));
  return DeviceUse{device.id, std::move(token.text), true};
}

Result<> make_room(ports::Tx& tx, Record& record, const Dependencies& deps, const domain::UserId& user, Timestamp now) {
  GH_TRY(auto sessions, tx.sessions().list(user, now));
  for (const auto& id : domain::sessions_to_end(std::move(sessions), deps.settings.max_sessions_per_user, now)) {
    GH_TRY([[maybe_unused]] const bool ended,
           end_session(tx, record, deps, id, {by_system(), domain::RevocationReason::limit}, now));
  }
  return {};
}

/// A first sign-in has nothing to be compared with, and its owner has just confirmed the address: no notice.
Result<> tell_owner(ports::Tx& tx, Record& record, const Dependencies& deps, const Opening& opening,
                    const domain::DeviceId& device, bool new_device, Timestamp now) {
  if (!opening.user.last_sign_in_at || (!opening.risk.suspicious() && !new_device)) return {};
  const auto token = make_mailed_token({.purpose = domain::TokenPurpose::not_me,
                                        .user_id = opening.user.id,
                                        .email = opening.user.email,
                                        .email_canonical = opening.user.email_canonical,
                                        .payload = json::serialize(json::object{{"device_id", device.str()}})},
                                       deps.settings.links.not_me, now);
  const bool suspicious = opening.risk.suspicious();
  if (!suspicious && !deps.settings.mails_sent.contains(ports::mail_templates::kNewDevice)) return {};
  GH_CHECK(tx.verification_tokens().add(token.row));
  return record.mail(suspicious ? ports::mail_templates::kSuspiciousSignIn : ports::mail_templates::kNewDevice,
                     opening.user, {{"link", token.link}}, {.expires_at = token.row.expires_at});
}

json::object signed_in_data(const domain::Session& session, const domain::RiskAssessment& risk, bool new_device) {
  return {
      {"user_id", session.user_id.str()},
      {"session_id", session.id.str()},
      {"client_id", session.client_id},
      {"amr", text_array(session.amr)},
      {"acr", domain::to_text(session.acr)},
      {"ip", session.ip},
      {"user_agent", session.user_agent},
      {"device", session.device},
      {"new_device", new_device},
      {"risk", {{"level", domain::to_text(risk.level)}, {"score", risk.score}, {"reasons", text_array(risk.reasons)}}}};
}

}  // namespace

std::string identifier_hmac(const Dependencies& deps, const std::string& email_canonical) {
  return auth::base64url_encode(deps.cipher.keyed_hash("login-identifier", email_canonical));
}

domain::LoginAttempt make_attempt(const Dependencies& deps, const std::string& email_canonical,
                                  const RequestInfo& request, Timestamp now) {
  domain::LoginAttempt attempt;
  attempt.id = domain::AttemptId(new_id(now));
  attempt.occurred_at = now;
  attempt.identifier_hmac = identifier_hmac(deps, email_canonical);
  attempt.ip = request.ip;
  attempt.network = domain::network_key(request.ip);
  attempt.user_agent = request.user_agent;
  attempt.device = domain::device_name(request.user_agent);
  attempt.request_id = request.request_id;
  return attempt;
}

Result<> note_failed_password(ports::Tx& tx, const domain::LoginAttempt& attempt) {
  const Timestamp hour = domain::hour_of(attempt.occurred_at);
  GH_TRY(const int before, tx.attempts().count_failures(attempt.identifier_hmac, hour, 3));
  GH_CHECK(tx.attempts().add(attempt));
  const int change = domain::spread_change(before);
  return change == 0 ? Result<>() : tx.attempts().add_to_spread(attempt.identifier_hmac, hour, change);
}

Result<SignedIn> open_session(ports::Tx& tx, Record& record, const Dependencies& deps, const RequestInfo& request,
                              Opening opening, Timestamp now) {
  // Held from here on: whoever changes how the user signs in either ends this session too, or is seen here first.
  if (!opening.sessions) {
    GH_TRY(const auto held, tx.sign_ins().hold(opening.user.id));
    GH_CHECK(domain::check_unchanged(held.user, opening.user.credential_version));
    opening.sessions = held.sessions;
  }
  // Nearly everybody has a few sessions: counting them reads an index, and listing them reads their rows.
  if (*opening.sessions >= static_cast<std::int64_t>(deps.settings.max_sessions_per_user))
    GH_CHECK(make_room(tx, record, deps, opening.user.id, now));
  GH_CHECK(tx.users().note_sign_in(opening.user.id, now));
  GH_TRY(auto device, use_device(tx, opening, request, now));

  SignedIn signed_in;
  domain::Session& session = signed_in.session;
  session.id = domain::SessionId(new_id(now));
  session.user_id = opening.user.id;
  session.client_id = opening.client.name;
  domain::begin_session(
      session, {opening.client.idle_timeout, opening.client.absolute_timeout, deps.settings.max_sessions_per_user},
      now);
  session.acr = opening.acr;
  session.amr = opening.amr;
  session.ip = request.ip;
  session.user_agent = request.user_agent;
  session.device = domain::device_name(request.user_agent);
  session.device_id = device.id;
  auto token = auth::new_token(auth::TokenKind::session, session.id.str());
  session.token_hash = token.hash;
  GH_CHECK(tx.sessions().add(session));

  auto attempt = make_attempt(deps, opening.user.email_canonical, request, now);
  attempt.user_id = opening.user.id;
  attempt.outcome = domain::AttemptOutcome::success;
  attempt.factor = opening.factor;
  attempt.client_id = opening.client.name;
  attempt.device_id = device.id;
  attempt.latency = opening.latency;
  attempt.risk_level = opening.risk.level;
  attempt.risk_score = opening.risk.score;
  attempt.risk_reasons = opening.risk.reasons;
  GH_CHECK(tx.attempts().add(attempt));

  GH_CHECK(record.audit(by_user(opening.user.id), domain::audit_actions::kSignIn, opening.user.id,
                        {.details = {{"session_id", session.id.str()},
                                     {"client_id", session.client_id},
                                     {"acr", domain::to_text(session.acr)},
                                     {"amr", text_array(session.amr)},
                                     {"new_device", device.is_new},
                                     {"risk", domain::to_text(opening.risk.level)}}}));
  GH_CHECK(record.event(domain::topics::kUserSignedIn, opening.user.id,
                        signed_in_data(session, opening.risk, device.is_new)));
  GH_CHECK(tell_owner(tx, record, deps, opening, device.id, device.is_new, now));

  if (!opening.roles) {
    GH_TRY(opening.roles, tx.roles().list(opening.user.id, now));
  }
  signed_in.actor = actor_of(deps.settings, session, opening.user, *opening.roles, now);
  signed_in.token = std::move(token.text);
  signed_in.device_token = std::move(device.token);
  return signed_in;
}

}  // namespace gatehouse::application
