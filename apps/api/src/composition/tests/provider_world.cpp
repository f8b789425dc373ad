#include "composition/tests/provider_world.hpp"

#include "auth/pkce.hpp"

namespace gatehouse::composition::testing {
namespace {

Configure with_clients(const Configure& configure) {
  return [configure](config::Config& config) {
    auto web = config.clients.at("pages");
    web.redirect_uris = {kWebReturn, "https://app.example/in?page=1"};
    config.clients["web"] = web;
    auto app = config.clients.at("default");
    app.redirect_uris = {kAppReturn};
    config.clients["app"] = app;
    config.clients["default"].redirect_uris = {kAppReturn};
    if (configure) configure(config);
  };
}

application::Dependencies with_providers(const application::Dependencies& from, ports::IdentityProviders& providers) {
  return {from.settings, from.clock,  from.store,         from.session_map, from.hasher,
          from.cipher,   from.signer, from.mail_renderer, providers,        from.wake};
}

ports::ProviderFacts facts_of(const std::string& name, const std::string& title, bool form_post, bool oidc) {
  return {.name = name,
          .preset = name,
          .title = title,
          .uses_form_post = form_post,
          .takes_native_id_tokens = oidc,
          .gives_auth_time = oidc};
}

}  // namespace

Result<std::string> PlayedProvider::authorization_url(const ports::AuthorizationRequest& request) {
  const std::lock_guard lock(mutex_);
  if (trouble) return fail(*trouble, {}, "played");
  asked_[request.nonce] = request;
  last = request;
  return "https://" + facts_.name + ".example/authorize?state=" + request.state;
}

Result<ports::ProviderIdentity> PlayedProvider::redeem(const ports::CodeRedemption& redemption) {
  const std::lock_guard lock(mutex_);
  if (trouble) return fail(*trouble, {}, "played");
  const auto asked = asked_.find(redemption.nonce);
  if (asked == asked_.end() || asked->second.redirect_uri != redemption.redirect_uri ||
      !auth::verify_pkce(redemption.code_verifier.expose(), asked->second.code_challenge))
    return fail(ErrorCode::invalid_provider_token, {}, "not the request that this code was given for");
  last_user = redemption.user;
  const auto found = people.find(redemption.code.expose());
  if (found == people.end()) return fail(ErrorCode::invalid_state, {}, "invalid_grant");
  return found->second;
}

Result<ports::NativeIdentity> PlayedProvider::verify_id_token(const Secret<std::string>& id_token) {
  const std::lock_guard lock(mutex_);
  if (trouble) return fail(*trouble, {}, "played");
  const auto found = native.find(id_token.expose());
  if (found == native.end()) return fail(ErrorCode::invalid_provider_token, {}, "played");
  return found->second;
}

PlayedProviders::PlayedProviders()
    : google(facts_of("google", "Google", false, true)),
      github(facts_of("github", "GitHub", false, false)),
      apple(facts_of("apple", "Apple", true, true)) {}

ports::IdentityProvider* PlayedProviders::find(const std::string& name) {
  if (name == disabled) return nullptr;
  for (PlayedProvider* each : {&google, &github, &apple})
    if (each->facts().name == name) return each;
  return nullptr;
}

std::vector<ports::IdentityProvider*> PlayedProviders::list() { return {&google, &apple, &github}; }

ports::ProviderIdentity somebody(const std::string& subject, const std::string& email, bool verified,
                                 const std::string& issuer) {
  ports::ProviderIdentity who;
  who.issuer = issuer;
  who.subject = subject;
  if (!email.empty()) who.email = email;
  who.email_verified = verified;
  who.name = "Ada of " + subject;
  who.picture = "https://pictures.example/" + subject + ".png";
  who.locale = "en-GB";
  return who;
}

ProviderWorld::ProviderWorld(const Configure& configure)
    : World(with_clients(configure)), deps_(with_providers(World::deps(), providers)) {}

ProviderWorld::Begun ProviderWorld::begin(const std::string& provider, const std::string& client,
                                          const std::string& redirect) {
  const auto started = application::start_provider_flow(
      deps(), {.provider = provider, .request = {}, .client_id = client, .redirect_to = redirect, .device_token = {}},
      request);
  EXPECT_EQ(code_of(started), "ok");
  if (!started) return {};
  EXPECT_FALSE(started->failure) << error_in(started->location);
  return {parameter_of(started->location, "state"),
          started->cookie ? std::optional(started->cookie->expose()) : std::nullopt};
}

ProviderWorld::Begun ProviderWorld::begin_for(domain::OAuthIntent intent, const Caller* caller,
                                              const std::string& provider) {
  const bool by_web = caller != nullptr && caller->actor().client_id == "web";
  const auto url = application::authorize_with_provider(deps(),
                                                        {.provider = provider,
                                                         .client_id = caller == nullptr ? "app" : "",
                                                         .redirect_to = by_web ? kWebReturn : kAppReturn,
                                                         .intent = intent,
                                                         .code_challenge = auth::code_challenge(kVerifier)},
                                                        caller, request);
  EXPECT_EQ(code_of(url), "ok");
  return url ? open_link(*url, provider) : Begun{};
}

ProviderWorld::Begun ProviderWorld::open_link(const std::string& url, const std::string& provider) {
  const auto started = application::start_provider_flow(deps(),
                                                        {.provider = provider,
                                                         .request = parameter_of(url, "request"),
                                                         .client_id = "",
                                                         .redirect_to = {},
                                                         .device_token = {}},
                                                        request);
  EXPECT_EQ(code_of(started), "ok");
  if (!started || started->failure) return {};
  return {parameter_of(started->location, "state"), started->cookie->expose()};
}

Result<application::FlowFinished> ProviderWorld::finish(const Begun& flow, const std::string& code,
                                                        const std::string& provider) {
  return application::finish_provider_flow(deps(),
                                           {.provider = provider,
                                            .flow_cookie = flow.cookie,
                                            .state = flow.state,
                                            .code = code,
                                            .issuer = {},
                                            .error = {},
                                            .user = {}},
                                           request);
}

application::FlowFinished ProviderWorld::arrive(const ports::ProviderIdentity& who, const std::string& provider) {
  static_cast<PlayedProvider*>(providers.find(provider))->people["code-" + who.subject] = who;
  auto finished = finish(begin(provider), "code-" + who.subject, provider);
  EXPECT_EQ(code_of(finished), "ok");
  return finished ? std::move(*finished) : application::FlowFinished{};
}

SignedIn ProviderWorld::enter(const ports::ProviderIdentity& who, const std::string& provider) {
  auto finished = arrive(who, provider);
  EXPECT_EQ(finished.location, kWebReturn);
  if (!finished.outcome || !std::holds_alternative<SignedIn>(*finished.outcome)) {
    ADD_FAILURE() << "no session: " << finished.location;
    return {};
  }
  return std::get<SignedIn>(std::move(*finished.outcome));
}

std::string ProviderWorld::code_for(const ports::ProviderIdentity& who, domain::OAuthIntent intent,
                                    const Caller* caller, const std::string& provider) {
  static_cast<PlayedProvider*>(providers.find(provider))->people["code-" + who.subject] = who;
  const auto finished = finish(begin_for(intent, caller, provider), "code-" + who.subject, provider);
  EXPECT_EQ(code_of(finished), "ok");
  return finished ? parameter_of(finished->location, "code") : std::string();
}

Result<application::ExchangeOutcome> ProviderWorld::exchange(const std::string& code, const Caller* caller,
                                                             const std::string& verifier) {
  return application::exchange_provider_code(deps(), {.code = code, .code_verifier = Secret<std::string>(verifier)},
                                             caller, request);
}

Caller ProviderWorld::caller_of(const SignedIn& signed_in) { return caller(signed_in); }

std::size_t ProviderWorld::count_accounts(const domain::UserId& user) {
  const auto accounts = read([&](ports::Tx& tx) { return tx.accounts().list(user); });
  EXPECT_TRUE(accounts.has_value());
  return accounts->size();
}

std::size_t ProviderWorld::count_users() {
  const auto counts = read([&](ports::Tx& tx) { return tx.users().counts(); });
  EXPECT_TRUE(counts.has_value());
  return static_cast<std::size_t>(counts->all.value);
}

int ProviderWorld::count_refusals(std::string_view action) {
  ports::AuditFilter filter;
  filter.action = std::string(action);
  const auto page = read([&](ports::Tx& tx) { return tx.audit().list(filter, {.limit = 200, .after = {}}); });
  EXPECT_TRUE(page.has_value());
  return static_cast<int>(std::count_if(page->items.begin(), page->items.end(), [](const auto& entry) {
    return entry.outcome != domain::AuditOutcome::success;
  }));
}

std::string parameter_of(const std::string& location, const std::string& name) {
  const auto begin = location.find(name + "=");
  if (begin == std::string::npos) return {};
  const auto from = begin + name.size() + 1;
  return location.substr(from, location.find_first_of("&#", from) - from);
}

std::string error_in(const std::string& location) { return parameter_of(location, "error"); }

}  // namespace gatehouse::composition::testing
