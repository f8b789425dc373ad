#include "adapters/oauth/provider.hpp"

#include "adapters/oauth/authorization_url.hpp"
#include "adapters/oauth/json_members.hpp"
#include "auth/strict_json.hpp"

namespace gatehouse::adapters::oauth {
namespace {

constexpr Duration kNativeTokenAge = std::chrono::minutes(10);
constexpr std::size_t kMaxNonce = 255;

ports::ProviderFacts facts_of(const ProviderSettings& settings) {
  const ProviderPreset& preset = *settings.preset;
  ports::ProviderFacts facts;
  facts.name = settings.name;
  facts.preset = std::string(preset.name);
  facts.title = preset.issuer.empty() ? settings.name : std::string(preset.title);
  facts.uses_form_post = preset.response_mode == ResponseMode::form_post;
  facts.takes_native_id_tokens = gives_id_tokens(preset) && !settings.accepted_audiences.empty();
  facts.gives_auth_time = preset.auth_time;
  return facts;
}

net::HttpHeaders headers_of(const ProviderPreset& preset) {
  net::HttpHeaders headers;
  for (const PresetPair& pair : preset.headers) headers.emplace_back(pair.name, pair.value);
  return headers;
}

ports::ProviderTokens tokens_of(TokenAnswer answer, Timestamp now) {
  ports::ProviderTokens tokens;
  tokens.access_token = std::move(answer.access_token);
  tokens.refresh_token = std::move(answer.refresh_token);
  tokens.id_token = std::move(answer.id_token);
  tokens.scope = std::move(answer.scope);
  if (answer.expires_in) tokens.expires_at = now + std::chrono::seconds(*answer.expires_in);
  return tokens;
}

}  // namespace

Provider::Provider(ProviderSettings settings, ProviderLimits limits, net::HttpClient& http, const ports::Clock& clock)
    : settings_(std::move(settings)),
      limits_(limits),
      clock_(clock),
      facts_(facts_of(settings_)),
      upstream_(http, headers_of(*settings_.preset)),
      published_(settings_, limits.reach, upstream_) {}

Result<std::unique_ptr<Provider>> Provider::make(ProviderSettings settings, ProviderLimits limits,
                                                 net::HttpClient& http, const ports::Clock& clock) {
  std::unique_ptr<Provider> provider(new Provider(std::move(settings), limits, http, clock));
  GH_TRY(auto authentication, ClientAuthentication::make(provider->settings_));
  provider->authentication_.emplace(std::move(authentication));
  return provider;
}

Result<std::string> Provider::authorization_url(const ports::AuthorizationRequest& request) {
  GH_TRY(const auto endpoints, published_.endpoints(clock_.now(), Deadline::in(limits_.patience)));
  return oauth::authorization_url(endpoints.authorization, settings_, request);
}

Result<ports::ProviderIdentity> Provider::redeem(const ports::CodeRedemption& redemption) {
  const Deadline deadline = Deadline::in(limits_.patience);
  GH_TRY(const auto endpoints, published_.endpoints(clock_.now(), deadline));
  GH_CHECK(check_callback_issuer(redemption.issuer, endpoints));
  GH_TRY(const auto response, present_code(redemption, endpoints, deadline));
  GH_TRY(auto tokens, parse_token_answer(response.status, response.body));
  std::optional<Timestamp> auth_time;
  GH_TRY(auto person, person_of_answer(tokens, redemption, endpoints, deadline, auth_time));
  if (!endpoints.emails.empty())
    GH_CHECK(add_primary_address(person, tokens.access_token.expose(), endpoints, deadline));
  if (!person.name && facts_.uses_form_post && redemption.user) person.name = name_from_form(*redemption.user);
  ports::ProviderIdentity identity = identity_of(std::move(person));
  identity.auth_time = auth_time;
  identity.tokens = tokens_of(std::move(tokens), clock_.now());
  return identity;
}

Result<Person> Provider::person_of_answer(const TokenAnswer& tokens, const ports::CodeRedemption& redemption,
                                          const Endpoints& endpoints, const Deadline& deadline,
                                          std::optional<Timestamp>& auth_time) {
  const std::string& access_token = tokens.access_token.expose();
  if (!gives_id_tokens(*settings_.preset)) return person_of_userinfo(access_token, endpoints, deadline);
  if (!tokens.id_token) return fail(ErrorCode::invalid_provider_token, {}, "the token answer holds no ID token");
  auth::IdTokenExpectations expected;
  expected.audiences = {settings_.client_id};
  expected.nonce = redemption.nonce;
  expected.access_token = access_token;
  GH_TRY(const auto token, verify(*tokens.id_token, std::move(expected), deadline));
  auth_time = token.auth_time;
  GH_TRY(auto person, person_of_id_token(token));
  const bool may_ask = settings_.preset->person == PersonSource::id_token_then_userinfo && !endpoints.userinfo.empty();
  if (person.email || !may_ask) return person;
  GH_TRY(const auto userinfo, person_of_userinfo(access_token, endpoints, deadline));
  return merge_userinfo(std::move(person), userinfo);
}

Result<ports::NativeIdentity> Provider::verify_id_token(const Secret<std::string>& id_token) {
  if (!facts_.takes_native_id_tokens)
    return fail(ErrorCode::invalid_provider_token, {}, "this provider's ID tokens are not accepted");
  auth::IdTokenExpectations expected;
  expected.audiences = settings_.accepted_audiences;
  expected.max_age = kNativeTokenAge;
  GH_TRY(const auto token, verify(id_token, std::move(expected), Deadline::in(limits_.patience)));
  ports::NativeIdentity native;
  native.nonce = text_member(token.all, "nonce");
  if (native.nonce.empty() || native.nonce.size() > kMaxNonce)
    return fail(ErrorCode::invalid_provider_token, {}, "the nonce is missing or too long");
  GH_TRY(auto person, person_of_id_token(token));
  native.identity = identity_of(std::move(person));
  native.identity.auth_time = token.auth_time;
  native.expires_at = token.expires_at;
  return native;
}

/// Before the code is sent anywhere: another provider's callback must not reach this one's token endpoint (mix-up).
Result<> Provider::check_callback_issuer(const std::optional<std::string>& issuer, const Endpoints& endpoints) const {
  if (!issuer) {
    if (!endpoints.promises_issuer) return {};
    return fail(ErrorCode::invalid_provider_token, {}, "the callback lacks the `iss` that the metadata promise");
  }
  for (const std::string& ours : accepted_issuers(settings_)) {
    if (*issuer == ours) return {};
  }
  return fail(ErrorCode::invalid_provider_token, {}, "the callback's `iss` is another provider's");
}

Result<net::HttpResponse> Provider::present_code(const ports::CodeRedemption& redemption, const Endpoints& endpoints,
                                                 const Deadline& deadline) {
  Form form{{"grant_type", "authorization_code"},
            {"code", redemption.code.expose()},
            {"redirect_uri", redemption.redirect_uri},
            {"code_verifier", redemption.code_verifier.expose()}};
  net::HttpRequest request;
  request.method = "POST";
  request.url = endpoints.token;
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  authentication_->add_to(form, request.headers, clock_.now());
  request.body = net::form_encode(form);
  return upstream_.send(std::move(request), deadline);
}

Result<Person> Provider::person_of_id_token(const auth::IdToken& token) const {
  const std::string_view member = settings_.preset->claims.hosted_domain;
  if (!settings_.hosted_domain.empty() && text_member(token.all, member) != settings_.hosted_domain) {
    return fail(ErrorCode::invalid_provider_token, "Choose an account of " + settings_.hosted_domain + ".",
                "the account is not of the hosted domain");
  }
  return read_person(token.all, settings_.preset->claims);
}

Result<Person> Provider::person_of_userinfo(const std::string& access_token, const Endpoints& endpoints,
                                            const Deadline& deadline) {
  GH_TRY(const auto response, upstream_.get(endpoints.userinfo, access_token, deadline));
  if (response.status != 200)
    return fail(ErrorCode::provider_error, {}, "the user info answered " + std::to_string(response.status));
  const auto claims = auth::parse_strict_object(response.body);
  if (!claims) return fail(ErrorCode::provider_error, {}, "the user info is not one JSON object");
  return read_person(*claims, settings_.preset->claims);
}

Result<> Provider::add_primary_address(Person& person, const std::string& access_token, const Endpoints& endpoints,
                                       const Deadline& deadline) {
  std::string url = endpoints.emails;
  if (const std::string_view query = settings_.preset->emails_query; !query.empty())
    url += (url.find('?') == std::string::npos ? "?" : "&") + std::string(query);
  GH_TRY(const auto response, upstream_.get(url, access_token, deadline));
  // Not permitted to read addresses: the same as having none.
  if (response.status == 403 || response.status == 404) return {};
  if (response.status != 200)
    return fail(ErrorCode::provider_error, {}, "the addresses answered " + std::to_string(response.status));
  auto address = primary_address(response.body);
  if (!address) return {};
  person.email = std::move(address->email);
  person.email_verified = address->verified;
  return {};
}

Result<auth::IdToken> Provider::verify(const Secret<std::string>& token, auth::IdTokenExpectations expectations,
                                       const Deadline& deadline) {
  const Timestamp now = clock_.now();
  GH_TRY(const auto keys, published_.keys_for(token.expose(), now, deadline));
  expectations.issuers = accepted_issuers(settings_);
  return auth::verify_id_token(token.expose(), keys, expectations, now);
}

ports::ProviderIdentity Provider::identity_of(Person person) const {
  ports::ProviderIdentity identity;
  identity.issuer = issuer_of(settings_);
  identity.subject = std::move(person.subject);
  identity.email = std::move(person.email);
  identity.email_verified = person.email_verified;
  identity.name = std::move(person.name);
  identity.picture = std::move(person.picture);
  identity.locale = std::move(person.locale);
  return identity;
}

}  // namespace gatehouse::adapters::oauth
