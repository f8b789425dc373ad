#include "composition/settings.hpp"

#include "server/same_origin.hpp"

namespace gatehouse::composition {
namespace {

using application::Settings;

application::ClientSettings client_settings(const std::string& name, const config::ClientConfig& from) {
  return {.name = name,
          .origins = from.origins,
          .redirect_uris = from.redirect_uris,
          .transport = from.transport == config::Transport::cookie ? application::Transport::cookie
                                                                   : application::Transport::bearer,
          .idle_timeout = from.idle_timeout,
          .absolute_timeout = from.absolute_timeout,
          .audiences = from.audiences};
}

domain::ThrottleLimits throttle_limits(const config::ThrottleConfig& from) {
  domain::ThrottleLimits limits;
  limits.enabled = from.enabled;
  const auto adjust = [&](domain::BudgetLimits& budget, std::size_t free) {
    budget.free = static_cast<std::int64_t>(free);
    budget.ceiling = std::max(budget.ceiling, budget.free * 10);
  };
  adjust(limits.account, from.account_failures);
  adjust(limits.pair, from.pair_failures);
  adjust(limits.network, from.network_failures);
  adjust(limits.device, from.device_failures);
  adjust(limits.mail_address, from.mails_per_address);
  adjust(limits.sign_up, from.sign_ups_per_network);
  for (auto* budget : {&limits.account, &limits.pair, &limits.device}) {
    budget->base_delay = from.first_delay;
    budget->max_delay = from.max_delay;
    budget->forgive_every = from.window;
  }
  return limits;
}

Result<domain::RoleCatalog> role_catalog(const std::map<std::string, config::RoleConfig>& from) {
  std::vector<domain::RoleDeclaration> declared;
  declared.reserve(from.size());
  for (const auto& [name, role] : from) declared.push_back({name, role.permissions, role.inherits});
  return domain::RoleCatalog::make(declared);
}

application::LinkSettings links(const config::LinksConfig& from) {
  application::LinkSettings to;
  to.verify_email = from.verify_email;
  to.reset_password = from.reset_password;
  to.accept_invitation = from.accept_invitation;
  to.confirm_email = from.confirm_email;
  to.undo_email = from.undo_email;
  to.not_me = from.not_me;
  to.sign_in = from.sign_in;
  to.mfa = from.mfa;
  to.error = from.error;
  to.cancel_deletion = from.cancel_deletion;
  return to;
}

}  // namespace

Result<Settings> make_settings(const config::Config& config) {
  Settings to;
  to.development = config.development();
  to.public_url = config.server.public_url;
  to.public_origin = server::origin_of(config.server.public_url).value_or("");
  to.service_name = config.brand.name;
  for (const auto& [name, client] : config.clients) to.clients.emplace(name, client_settings(name, client));
  // Our own sign-in page is where sign-ins with a provider that it began come back to.
  to.clients["pages"].redirect_uris.push_back(to.public_url + "/sign-in");
  to.max_sessions_per_user = config.session.max_per_user;
  to.cookie_domain = config.session.cookie_domain;
  to.issuer = config.token.issuer;
  to.audiences = config.token.audiences;
  to.token_ttl = config.token.ttl;
  to.token_claims = {config.token.claims.begin(), config.token.claims.end()};
  to.sign_up_mode = static_cast<application::SignUpMode>(config.sign_up.mode);
  to.password_min_length = config.password.min_length;
  to.password_max_length = config.password.max_length;
  to.mfa_required = config.mfa.required;
  to.mfa_required_roles = config.mfa.required_roles;
  to.mfa_issuer_name = config.mfa.issuer_name;
  to.throttle_enabled = config.throttle.enabled;
  to.throttle_limits = throttle_limits(config.throttle);
  to.service_rate = config.throttle.service_rate;
  to.on_suspicious = config.risk.on_suspicious == config::OnSuspicious::challenge ? domain::OnSuspicious::challenge
                                                                                  : domain::OnSuspicious::notify;
  GH_TRY(to.roles, role_catalog(config.roles));
  to.grantable_roles = config.events.grantable_roles;
  to.has_bus = config.events.bus != config::EventBus::none;
  to.link_verified = config.oauth.link_verified;
  to.store_provider_tokens = config.oauth.store_tokens;
  to.mails_sent = {config.mail.send.begin(), config.mail.send.end()};
  to.links = links(config.links);
  to.retention.login_attempts = config.retention.login_attempts;
  to.retention.audit = config.retention.auth_audit_log;
  to.retention.outbox = config.retention.outbox_events;
  to.retention.inbox = config.retention.inbox_events;
  to.retention.mails = config.retention.mails;
  to.retention.sessions = config.retention.sessions;
  to.retention.verification_tokens = config.retention.verification_tokens;
  to.retention.deleted_users = config.retention.deleted_users;
  return to;
}

adapters::mail::BrandSettings make_brand(const config::Config& config) {
  return {.name = config.brand.name,
          .logo = config.brand.logo,
          .home = config.server.public_url,
          .accent = config.brand.accent,
          .background = config.brand.background,
          .text = config.brand.text};
}

}  // namespace gatehouse::composition
