#include "modules/identity/application/mailed_token.hpp"

#include "auth/crypto/constant_time.hpp"
#include "auth/token.hpp"
#include "domain/identity/token_policy.hpp"
#include "modules/identity/application/record.hpp"

namespace gatehouse::application {

MailedToken make_mailed_token(const NewMailedToken& wanted, const std::string& link_base, Timestamp now) {
  MailedToken made;
  made.row.id = domain::VerificationTokenId(new_id(now));
  made.row.purpose = wanted.purpose;
  made.row.user_id = wanted.user_id;
  made.row.email = wanted.email;
  made.row.email_canonical = wanted.email_canonical;
  made.row.payload = wanted.payload;
  made.row.created_at = now;
  made.row.expires_at = wanted.expires_at.value_or(now + domain::lifetime_of(wanted.purpose));
  auto token = auth::new_token(auth::TokenKind::mailed, made.row.id.str());
  made.row.token_hash = token.hash;
  made.link = link_base + "#token=" + token.text.expose();
  made.text = std::move(token.text);
  return made;
}

Result<domain::VerificationToken> take_mailed_token(ports::Tx& tx, std::string_view text, domain::TokenPurpose purpose,
                                                    Timestamp now) {
  GH_TRY(const auto parsed, auth::parse_token(text, auth::TokenKind::mailed));
  GH_TRY(auto taken,
         tx.verification_tokens().consume(domain::VerificationTokenId(parsed.id), parsed.hash, purpose, now));
  if (!taken) return fail(ErrorCode::invalid_token);
  return std::move(*taken);
}

Result<domain::VerificationToken> look_at_mailed_token(ports::Tx& tx, std::string_view text,
                                                       domain::TokenPurpose purpose, Timestamp now) {
  GH_TRY(const auto parsed, auth::parse_token(text, auth::TokenKind::mailed));
  GH_TRY(auto found, tx.verification_tokens().find(domain::VerificationTokenId(parsed.id)));
  if (!found || !domain::is_live(*found, purpose, now) || !auth::equal_in_constant_time(parsed.hash, found->token_hash))
    return fail(ErrorCode::invalid_token);
  return std::move(*found);
}

}  // namespace gatehouse::application
