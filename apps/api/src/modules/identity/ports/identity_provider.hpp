#pragma once
// Sign-in providers as the application sees them: Google, Apple, GitHub, Discord or any OpenID issuer, each made of a
// preset and `[oauth.providers.NAME]`. What a provider's word leads to is the application's business (linking_policy);
// a provider only says who somebody is. The adapter knows endpoints, scopes, client authentication, quirks and keys.
//
// Blocking, with time-outs and size caps of its own: call it on the provider lane, and never with a transaction open.
// Thread-safe; made once at start, and never changed.
//
// Errors common to the calls that reach the provider:
//   provider_timeout        it did not answer in time, or could not be reached at all
//   provider_error          it answered with an error or with what cannot be read, asked for a redirect, answered
//   beyond
//                           the size cap, or its endpoint resolves to an address that must not be called
//   invalid_provider_token  an ID token, user info or `iss` that is not right: the reason is in the cause
//   dependency_unavailable  something of ours is away (Apple's client secret can't be made, say)
#include <optional>
#include <string>
#include <vector>

#include "foundation/result.hpp"
#include "foundation/secret.hpp"
#include "foundation/time.hpp"

namespace gatehouse::ports {

/// What is known of a provider without asking it.
struct ProviderFacts {
  std::string name;    ///< as in the paths and in `accounts.provider`: the configuration's name, e.g. "google"
  std::string preset;  ///< google, apple, github, discord or oidc
  std::string title;   ///< for people, e.g. "Google"; the name where the preset has none
  /// The answer comes as a form that the provider's page posts across sites (Apple): the flow's cookie must be
  /// SameSite=None, and the callback is a POST. Other providers answer by GET alone.
  bool uses_form_post = false;
  /// ID tokens of a native sign-in sheet are accepted: there are ID tokens, and `accepted_audiences` names somebody.
  bool takes_native_id_tokens = false;
  /// A fresh login can be asked for and is proved by `auth_time`. Others (GitHub, Discord) never prove one.
  bool gives_auth_time = false;
};

/// Whether the person is to prove themselves to the provider anew: `prompt=login` or `max_age=0`, as the preset has it.
enum class FreshLogin { not_needed, required };

struct AuthorizationRequest {
  std::string state;
  std::string nonce;           ///< sent only to providers that give ID tokens
  std::string code_challenge;  ///< S256 (RFC 7636)
  std::string redirect_uri;    ///< `{public_url}/v1/oauth/{name}/callback`
  FreshLogin fresh_login = FreshLogin::not_needed;
};

/// What a callback brought, with what the flow's cookie had kept for it.
struct CodeRedemption {
  Secret<std::string> code;
  Secret<std::string> code_verifier;
  std::string nonce;         ///< what the ID token must carry, where the provider gives one
  std::string redirect_uri;  ///< the one of the request, character for character
  /// `iss` of the callback (RFC 9207). Where it is there it must be the provider's issuer, and where the provider's
  /// metadata promises it, it must be there; both are looked at before the code is sent anywhere.
  std::optional<std::string> issuer;
  /// The form field `user` (Apple, at the first consent alone): unsigned, so that only the name is taken from it.
  std::optional<std::string> user;
};

/// The provider's tokens, for those who keep them (`oauth.store_tokens`).
struct ProviderTokens {
  Secret<std::string> access_token;
  std::optional<Secret<std::string>> refresh_token;
  std::optional<Secret<std::string>> id_token;
  std::string scope;                    ///< as granted; empty where the provider does not say
  std::optional<Timestamp> expires_at;  ///< of the access token
};

/// Who the provider says has signed in. Its identity is (issuer, subject), both always there and never empty; the
/// subject is the provider's immutable id as text, 1 to 255 characters (a user info whose id is missing, null, zero,
/// empty or no scalar is `invalid_provider_token`).
struct ProviderIdentity {
  std::string issuer;  ///< one spelling a provider, whichever it uses (Google and Apple have two each)
  std::string subject;
  std::optional<std::string> email;  ///< as the provider wrote it; none where it gave none
  bool email_verified = false;       ///< it said so in so many words, in the form that its preset knows
  std::optional<std::string> name;
  std::optional<std::string> picture;  ///< https URL
  std::optional<std::string> locale;
  std::optional<Timestamp> auth_time;  ///< of the ID token
  std::optional<ProviderTokens> tokens;
};

/// What an ID token of a native sheet says. The nonce is for the caller to look up: it is ours, or its SHA-256.
struct NativeIdentity {
  ProviderIdentity identity;
  std::string nonce;     ///< the claim as it stands, never empty
  Timestamp expires_at;  ///< the token is remembered as spent until then
};

class IdentityProvider {
 public:
  virtual ~IdentityProvider() = default;

  virtual const ProviderFacts& facts() const = 0;

  /// Where to send the browser. Asks the provider only for its discovery document, where that is not cached: errors as
  /// above, but never invalid_provider_token.
  virtual Result<std::string> authorization_url(const AuthorizationRequest& request) = 0;

  /// Exchanges the code and says who signed in: by the ID token where there is one, else by user info. Errors as above;
  /// `invalid_state` when the provider says that the code is spent, expired or not for us (`invalid_grant`, GitHub's
  /// `bad_verification_code`).
  virtual Result<ProviderIdentity> redeem(const CodeRedemption& redemption) = 0;

  /// Verifies an ID token of a native sheet: signature, issuer, `aud` exactly one of `accepted_audiences`, `iat` at
  /// most ten minutes old, a nonce claim. Does not compare the nonce. Asks the provider only for its keys. Errors as
  /// above, and `invalid_provider_token` where takes_native_id_tokens is false.
  virtual Result<NativeIdentity> verify_id_token(const Secret<std::string>& id_token) = 0;
};

/// The providers of the configuration.
class IdentityProviders {
 public:
  virtual ~IdentityProviders() = default;

  /// nullptr when no such provider is configured. The object lives as long as this one.
  virtual IdentityProvider* find(const std::string& name) = 0;
  /// All, in the order in which they are shown to people.
  virtual std::vector<IdentityProvider*> list() = 0;
};

}  // namespace gatehouse::ports
