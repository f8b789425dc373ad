#include "modules/identity/application/emailed_code.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "auth/crypto/constant_time.hpp"
#include "auth/crypto/digest.hpp"
#include "auth/crypto/random.hpp"
#include "domain/identity/token_policy.hpp"
#include "modules/identity/application/mailed_token.hpp"
#include "modules/identity/application/throttle.hpp"

namespace gatehouse::application {
namespace {

namespace json = boost::json;
constexpr auto kCodePurpose = domain::TokenPurpose::emailed_code;

/// Six digits, each of the million equally likely: what lies beyond the last whole million is drawn again.
std::string draw_code() {
  constexpr std::uint32_t kCodes = 1'000'000;
  constexpr std::uint32_t kEnd = UINT32_MAX - UINT32_MAX % kCodes;
  for (;;) {
    std::uint32_t drawn = 0;
    for (const unsigned char byte : auth::random_bytes(4)) drawn = drawn << 8 | byte;
    if (drawn >= kEnd) continue;
    const std::string digits = std::to_string(drawn % kCodes);
    return std::string(6 - digits.size(), '0') + digits;
  }
}

/// Keyed, since a million codes are soon tried against a plain hash; with the challenge, so that a code answers no
/// other.
std::string hash_of(const Dependencies& deps, const domain::MfaChallenge& challenge, std::string_view code) {
  return auth::sha256(deps.cipher.keyed_hash("emailed-code", challenge.id.str() + '\n' + std::string(code)));
}

bool is_of(const domain::VerificationToken& token, const domain::MfaChallenge& challenge) {
  boost::system::error_code error;
  const json::value payload = json::parse(token.payload, error);
  const auto* object = error ? nullptr : payload.if_object();
  const auto* id = object == nullptr ? nullptr : object->if_contains("challenge_id");
  return id != nullptr && id->is_string() && id->get_string() == std::string_view(challenge.id.str());
}

}  // namespace

Result<> mail_code(ports::Tx& tx, Record& record, const Dependencies& deps, const domain::User& user,
                   const domain::MfaChallenge& challenge, Timestamp now) {
  // Bounded like every mail to an address: it also bounds how many codes somebody with the password can try at.
  GH_TRY([[maybe_unused]] const auto spent,
         reserve_try(tx, deps, domain::mail_budgets(challenge.device_id.has_value()),
                     {user.email_canonical, challenge.ip, challenge.device_id}, now));
  const std::string code = draw_code();
  domain::VerificationToken token;
  token.id = domain::VerificationTokenId(new_id(now));
  token.purpose = kCodePurpose;
  token.user_id = user.id;
  token.email = user.email;
  token.email_canonical = user.email_canonical;
  token.token_hash = hash_of(deps, challenge, code);
  token.payload = json::serialize(json::object{{"challenge_id", challenge.id.str()}});
  token.created_at = now;
  token.expires_at = now + domain::lifetime_of(kCodePurpose);
  GH_CHECK(tx.verification_tokens().add(token));
  // Whoever did not ask for the code learns here that the password is known, and can do something about it at once.
  const auto not_me = make_mailed_token({.purpose = domain::TokenPurpose::not_me,
                                         .user_id = user.id,
                                         .email = user.email,
                                         .email_canonical = user.email_canonical},
                                        deps.settings.links.not_me, now);
  GH_CHECK(tx.verification_tokens().add(not_me.row));
  return record.mail(ports::mail_templates::kSignInCode, user,
                     {{"code", code}, {"expires_in", "10 minutes"}, {"link", not_me.link}},
                     {.expires_at = token.expires_at});
}

Result<bool> take_code(ports::Tx& tx, const Dependencies& deps, const domain::MfaChallenge& challenge,
                       std::string_view code, Timestamp now) {
  const std::string hash = hash_of(deps, challenge, code);
  GH_TRY(const auto tokens, tx.verification_tokens().list(challenge.user_id, kCodePurpose, now));
  for (const auto& token : tokens) {
    if (!is_of(token, challenge) || !auth::equal_in_constant_time(hash, token.token_hash)) continue;
    GH_TRY(const auto taken, tx.verification_tokens().consume(token.id, hash, kCodePurpose, now));
    return taken.has_value();
  }
  return false;
}

}  // namespace gatehouse::application
