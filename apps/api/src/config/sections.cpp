#include "config/sections.hpp"

#include "contracts/generated/provider_presets.hpp"

namespace gatehouse::config {
namespace {

void bind_edge(Binder& b, Config& c) {
  ServerConfig& s = c.server;
  b.section("server").read("listen", s.listen).read("public_url", s.public_url);
  b.read("trusted_proxies", s.trusted_proxies).read("tls_cert", s.tls_cert).read("tls_key", s.tls_key);
  b.read("ops_listen", s.ops_listen).read("io_threads", s.io_threads).read("store_threads", s.store_threads);
  b.read("upstream_threads", s.upstream_threads).read("hash_threads", s.hash_threads);
  b.read("store_queue", s.store_queue).read("upstream_queue", s.upstream_queue).read("hash_queue", s.hash_queue);
  b.read("max_connections", s.max_connections).read("idle_timeout", s.idle_timeout);
  b.read("read_timeout", s.read_timeout).read("write_timeout", s.write_timeout);
  b.read("shutdown_timeout", s.shutdown_timeout);

  DatabaseConfig& d = c.database;
  b.section("database").read("url", d.url).read("listen_url", d.listen_url).read("pool_size", d.pool_size);
  b.read("migrate", d.migrate).read("connect_timeout", d.connect_timeout);
  b.read("statement_timeout", d.statement_timeout).read("lock_timeout", d.lock_timeout);
}

void bind_clients(Binder& b, Config& c) {
  c.clients["default"];
  c.clients["pages"].transport = Transport::cookie;
  for (const std::string& name : b.names("clients")) c.clients[name];
  for (auto& [name, client] : c.clients) {
    b.section("clients", name).read("origins", client.origins).read("redirect_uris", client.redirect_uris);
    const Transport built_in = client.transport;
    b.read("transport", client.transport);
    if (b.where({"clients", name, "transport"}).empty()) client.transport = built_in;
    b.read("idle_timeout", client.idle_timeout).read("absolute_timeout", client.absolute_timeout);
    b.read("audiences", client.audiences);
  }
}

void bind_people(Binder& b, Config& c) {
  SessionConfig& s = c.session;
  b.section("session").read("idle_timeout", s.idle_timeout).read("absolute_timeout", s.absolute_timeout);
  b.read("max_per_user", s.max_per_user).read("cookie_domain", s.cookie_domain).read("cache_size", s.cache_size);
  TokenConfig& t = c.token;
  b.section("token")
      .read("issuer", t.issuer)
      .read("audiences", t.audiences)
      .read("ttl", t.ttl)
      .read("claims", t.claims);
  b.section("sign_up").read("mode", c.sign_up.mode);
  PasswordConfig& p = c.password;
  b.section("password").read("min_length", p.min_length).read("max_length", p.max_length);
  b.read("argon2_memory_kib", p.argon2_memory_kib).read("argon2_iterations", p.argon2_iterations);
  b.section("mfa").read("required", c.mfa.required).read("required_roles", c.mfa.required_roles);
  b.read("issuer_name", c.mfa.issuer_name);
  ThrottleConfig& l = c.throttle;
  b.section("throttle").read("enabled", l.enabled).read("account_failures", l.account_failures);
  b.read("network_failures", l.network_failures).read("pair_failures", l.pair_failures);
  b.read("device_failures", l.device_failures).read("first_delay", l.first_delay).read("max_delay", l.max_delay);
  b.read("window", l.window).read("sign_ups_per_network", l.sign_ups_per_network);
  b.read("mails_per_address", l.mails_per_address).read("service_rate", l.service_rate);
  b.section("risk").read("on_suspicious", c.risk.on_suspicious);
}

void bind_rights(Binder& b, Config& c) {
  for (const std::string& name : b.names("roles")) {
    RoleConfig role;
    b.section("roles", name).read("permissions", role.permissions).read("inherits", role.inherits);
    c.roles[name] = std::move(role);
  }
  for (const std::string& name : b.names("services")) {
    ServiceConfig& service = c.services[name];
    b.section("services", name).read("permissions", service.permissions).read("key", service.key);
    b.read("audiences", service.audiences);
  }
}

void bind_keys(Binder& b, Config& c) {
  KeysConfig& k = c.keys;
  b.section("keys").read("provider", k.provider).read("algorithm", k.algorithm).read("rotate_every", k.rotate_every);
  b.read("encryption_key", k.encryption_key);
  VaultConfig& v = k.vault;
  b.section("keys.vault").read("address", v.address).read("namespace", v.ns).read("mount", v.mount);
  b.read("signing_key", v.signing_key).read("encryption_key", v.encryption_key).read("auth", v.auth);
  b.read("token", v.token).read("role_id", v.role_id).read("secret_id", v.secret_id);
  b.read("ca_cert", v.ca_cert).read("timeout", v.timeout);
}

void bind_messages(Binder& b, Config& c) {
  EventsConfig& e = c.events;
  b.section("events").read("bus", e.bus).read("nats_url", e.nats_url).read("nats_credentials", e.nats_credentials);
  b.read("nats_ca_cert", e.nats_ca_cert).read("stream", e.stream).read("accounts_stream", e.accounts_stream);
  b.read("create_streams", e.create_streams).read("consume", e.consume).read("grantable_roles", e.grantable_roles);
  MailConfig& m = c.mail;
  b.section("mail").read("provider", m.provider).read("from", m.from).read("resend_api_key", m.resend_api_key);
  b.read("resend_base_url", m.resend_base_url).read("resend_webhook_secret", m.resend_webhook_secret);
  b.read("smtp_url", m.smtp_url).read("smtp_ca_cert", m.smtp_ca_cert).read("send", m.send);
  LinksConfig& l = c.links;
  b.section("links").read("verify_email", l.verify_email).read("reset_password", l.reset_password);
  b.read("accept_invitation", l.accept_invitation).read("confirm_email", l.confirm_email);
  b.read("undo_email", l.undo_email).read("not_me", l.not_me).read("cancel_deletion", l.cancel_deletion);
  b.read("sign_in", l.sign_in).read("mfa", l.mfa).read("error", l.error);
}

void bind_oauth(Binder& b, Config& c) {
  OAuthConfig& o = c.oauth;
  b.section("oauth").read("link_verified", o.link_verified).read("store_tokens", o.store_tokens);
  b.read("allow_private_endpoints", o.allow_private_endpoints);
  for (const std::string& name : b.names("oauth.providers")) {
    OAuthProviderConfig& p = o.providers[name];
    p.preset = find_provider_preset(name) == nullptr ? "oidc" : name;
    b.section("oauth.providers", name).read_one_of("preset", p.preset).read("client_id", p.client_id);
    b.read("client_secret", p.client_secret).read("accepted_audiences", p.accepted_audiences).read("scopes", p.scopes);
    b.read("hosted_domain", p.hosted_domain).read("issuer", p.issuer);
    b.read("authorization_endpoint", p.authorization_endpoint).read("token_endpoint", p.token_endpoint);
    b.read("userinfo_endpoint", p.userinfo_endpoint).read("emails_endpoint", p.emails_endpoint);
    b.read("jwks_uri", p.jwks_uri).read("team_id", p.team_id).read("key_id", p.key_id);
    b.read("private_key", p.private_key);
  }
}

void bind_rest(Binder& b, Config& c) {
  b.section("screening").read("provider", c.screening.provider).read("list_path", c.screening.list_path);
  b.read("watchman_url", c.screening.watchman_url).read("threshold", c.screening.threshold);
  RetentionConfig& r = c.retention;
  b.section("retention").read("login_attempts", r.login_attempts).read("auth_audit_log", r.auth_audit_log);
  b.read("outbox_events", r.outbox_events).read("inbox_events", r.inbox_events).read("dead_events", r.dead_events);
  b.read("mails", r.mails).read("sessions", r.sessions).read("verification_tokens", r.verification_tokens);
  b.read("deleted_users", r.deleted_users);
  b.section("brand").read("name", c.brand.name).read("logo", c.brand.logo);
  b.section("brand.colors").read("accent", c.brand.accent).read("background", c.brand.background);
  b.read("text", c.brand.text);
  b.section("telemetry").read("log_level", c.telemetry.log_level).read("otlp_endpoint", c.telemetry.otlp_endpoint);
  b.section("audit").read("anchor_file", c.audit.anchor_file);
}

}  // namespace

void bind_sections(Binder& binder, Config& config) {
  bind_edge(binder, config);
  bind_clients(binder, config);
  bind_people(binder, config);
  bind_rights(binder, config);
  bind_keys(binder, config);
  bind_messages(binder, config);
  bind_oauth(binder, config);
  bind_rest(binder, config);
}

}  // namespace gatehouse::config
