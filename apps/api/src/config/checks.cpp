#include "config/checks.hpp"

#include <algorithm>

#include "config/url.hpp"
#include "domain/identity/permissions.hpp"
#include "domain/identity/redirect_policy.hpp"

namespace gatehouse::config {
namespace {

std::vector<std::string> split_default(std::string_view section, std::string_view key) {
  std::vector<std::string> items;
  std::string_view text = find_key(section, key)->default_value;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    items.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return items;
}

bool is_colour(std::string_view text) {
  return text.size() == 7 && text.front() == '#' &&
         text.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string_view::npos;
}

/// The length of what base64 (RFC 4648, padded or not) stands for; nullopt when it is none.
std::optional<std::size_t> base64_length(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  const bool alphabet = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/' ||
           c == '-' || c == '_';
  });
  if (!alphabet || text.size() % 4 == 1) return std::nullopt;
  return text.size() * 3 / 4;
}

std::string joined(const std::vector<std::string>& items) {
  std::string all;
  for (const std::string& item : items) all += (all.empty() ? "" : ", ") + item;
  return all;
}

}  // namespace

void Checks::add(const KeyId& id, std::string what, std::string mend) {
  problems_.push_back({binder_.where(id), id.str(), std::move(what), std::move(mend)});
}

void Checks::url(const KeyId& id, const std::string& value, const std::vector<std::string>& schemes) {
  if (value.empty()) return;
  const auto parts = parse_url(value);
  if (!parts || std::find(schemes.begin(), schemes.end(), parts->scheme) == schemes.end()) {
    add(id, "is not an address with " + joined(schemes), "write it whole, as " + schemes.front() + "://host/path");
  }
}

void Checks::known(const KeyId& id, const std::vector<std::string>& values, const std::vector<std::string>& allowed) {
  for (const std::string& value : values) {
    if (std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
      add(id, "holds \"" + value + "\", which is not known", "did you mean " + nearest(value, allowed) + "?");
    }
  }
}

void Checks::server() {
  const ServerConfig& s = config_.server;
  const std::string mend = "write HOST:PORT, as \"localhost:8080\" or \"[::1]:8080\"";
  if (!listen_host(s.listen)) add({"server", "", "listen"}, "is \"" + s.listen + "\"", mend);
  if (!s.ops_listen.empty() && !listen_host(s.ops_listen))
    add({"server", "", "ops_listen"}, "is \"" + s.ops_listen + "\"", mend);
  url({"server", "", "public_url"}, s.public_url, {"https", "http"});
  if (const auto parts = parse_url(s.public_url);
      parts && (parts->has_query || parts->has_fragment || parts->has_user)) {
    add({"server", "", "public_url"}, "has a query, a fragment or a user", "leave only scheme, host and path");
  }
  for (const std::string& proxy : s.trusted_proxies) {
    if (!parse_network(proxy)) {
      add({"server", "", "trusted_proxies"}, "holds \"" + proxy + "\"",
          "write addresses or networks, as \"10.0.0.0/8\"");
    }
  }
  if (s.tls_cert.empty() != s.tls_key.empty()) {
    add({"server", "", s.tls_cert.empty() ? "tls_cert" : "tls_key"}, "is missing", "set tls_cert and tls_key together");
  }
}

void Checks::database() {
  const std::string& url = config_.database.url.expose();
  const bool sqlite = url.rfind("sqlite:", 0) == 0 && url.size() > 7;
  const bool postgres = url.rfind("postgresql://", 0) == 0 || url.rfind("postgres://", 0) == 0;
  if (!sqlite && !postgres) add({"database", "", "url"}, "is of no known kind", "write sqlite:PATH or postgresql://…");
}

void Checks::clients() {
  for (const auto& [name, client] : config_.clients) {
    if (client.idle_timeout > client.absolute_timeout) {
      add({"clients", name, "idle_timeout"}, "is longer than absolute_timeout", "make it shorter");
    }
  }
  for (Problem& fault : client_faults(config_)) {
    fault.where = binder_.where(*resolve_path(fault.key));
    problems_.push_back(std::move(fault));
  }
}

void Checks::lifetimes() {
  if (config_.session.idle_timeout > config_.session.absolute_timeout) {
    add({"session", "", "idle_timeout"}, "is longer than absolute_timeout", "make it shorter");
  }
  if (config_.throttle.first_delay > config_.throttle.max_delay) {
    add({"throttle", "", "first_delay"}, "is longer than max_delay", "make it shorter");
  }
  if (config_.password.min_length > config_.password.max_length) {
    add({"password", "", "min_length"}, "is greater than max_length", "make it smaller");
  }
  if (config_.token.audiences.empty()) add({"token", "", "audiences"}, "is empty", "name at least one audience");
  known({"token", "", "claims"}, config_.token.claims, split_default("token", "claims"));
  const std::string& domain = config_.session.cookie_domain;
  const auto parts = parse_url(config_.server.public_url);
  if (!domain.empty() && parts) {
    const bool within = parts->host == domain || (parts->host.size() > domain.size() &&
                                                  parts->host.compare(parts->host.size() - domain.size() - 1,
                                                                      std::string::npos, "." + domain) == 0);
    if (!within) {
      add({"session", "", "cookie_domain"}, "is not a domain of public_url's host",
          "browsers would refuse the cookie: name " + parts->host + " or a domain above it");
    }
  }
}

void Checks::roles() {
  Problems faults;
  const domain::RoleCatalog catalog = role_catalog(config_, &faults);
  problems_.insert(problems_.end(), faults.begin(), faults.end());
  const std::vector<std::string> ours(domain::permissions::kAll.begin(), domain::permissions::kAll.end());
  const auto check_permissions = [&](const KeyId& id, const Texts& permissions) {
    Texts of_identity;
    for (const std::string& permission : permissions) {
      if (permission.rfind(domain::permissions::kIdentityPrefix, 0) == 0) of_identity.push_back(permission);
    }
    known(id, of_identity, ours);
  };
  for (const auto& [name, role] : config_.roles) check_permissions({"roles", name, "permissions"}, role.permissions);
  for (const auto& [name, service] : config_.services) {
    check_permissions({"services", name, "permissions"}, service.permissions);
    if (service.key.empty()) {
      add({"services", name, "key"}, "must be set",
          "make a key with `gatehouse service create` and set key or key_file");
    } else if (service.key.expose().rfind("gthk_", 0) != 0) {
      add({"services", name, "key"}, "is not a service key",
          "use a key `gthk_…` as `gatehouse service create` prints it");
    }
  }
  if (faults.empty()) known({"mfa", "", "required_roles"}, config_.mfa.required_roles, catalog.names());
}

void Checks::keys() {
  const KeysConfig& k = config_.keys;
  if (const std::string& key = k.encryption_key.expose(); !key.empty() && base64_length(key) != 32) {
    add({"keys", "", "encryption_key"}, "is not 32 bytes in base64", "make one with `openssl rand -base64 32`");
  }
  if (k.provider != KeyProvider::vault) return;
  if (k.vault.address.empty()) {
    add({"keys.vault", "", "address"}, "must be set for provider = \"vault\"", "set it to Vault's address");
  }
  url({"keys.vault", "", "address"}, k.vault.address, {"https", "http"});
  if (k.vault.auth == VaultAuth::token && k.vault.token.empty()) {
    add({"keys.vault", "", "token"}, "must be set for auth = \"token\"", "set token or token_file");
  }
  if (k.vault.auth == VaultAuth::approle && (k.vault.role_id.empty() || k.vault.secret_id.empty())) {
    add({"keys.vault", "", "secret_id"}, "and role_id must be set for auth = \"approle\"", "set both");
  }
}

void Checks::messages() {
  if (config_.events.bus == EventBus::nats) {
    const auto hosts = hosts_of_list(config_.events.nats_url.expose());
    const std::string scheme = config_.events.nats_url.expose().substr(0, 6);
    if (!hosts || (scheme != "nats:/" && scheme != "tls://")) {
      add({"events", "", "nats_url"}, "is not an address with nats, tls", "write it whole, as tls://host:4222");
    }
  }
  const MailConfig& m = config_.mail;
  if (m.from.empty() || m.from.find('@') == std::string::npos || m.from.find_first_of("\r\n") != std::string::npos) {
    add({"mail", "", "from"}, m.from.empty() ? "must be set" : "is not a sender",
        "set it to the sender, as \"Example <no-reply@example.com>\"");
  }
  if (m.provider == MailProvider::resend && m.resend_api_key.empty()) {
    add({"mail", "", "resend_api_key"}, "must be set for provider = \"resend\"",
        "set resend_api_key or resend_api_key_file");
  }
  if (m.provider == MailProvider::smtp && m.smtp_url.empty()) {
    add({"mail", "", "smtp_url"}, "must be set for provider = \"smtp\"", "set smtp_url or smtp_url_file");
  }
  url({"mail", "", "smtp_url"}, m.smtp_url.expose(), {"smtps", "smtp"});
  url({"mail", "", "resend_base_url"}, m.resend_base_url, {"https", "http"});
  known({"mail", "", "send"}, m.send, split_default("mail", "send"));
  const LinksConfig& l = config_.links;
  const std::pair<const char*, const Text*> links[] = {{"verify_email", &l.verify_email},
                                                       {"reset_password", &l.reset_password},
                                                       {"accept_invitation", &l.accept_invitation},
                                                       {"confirm_email", &l.confirm_email},
                                                       {"undo_email", &l.undo_email},
                                                       {"not_me", &l.not_me},
                                                       {"cancel_deletion", &l.cancel_deletion},
                                                       {"sign_in", &l.sign_in},
                                                       {"mfa", &l.mfa},
                                                       {"error", &l.error}};
  for (const auto& [key, value] : links) {
    const KeyId id{"links", "", key};
    if (binder_.where(id).empty()) continue;
    url(id, *value, {"https", "http"});
    if (const auto parts = parse_url(*value); parts && (parts->has_fragment || parts->has_user || parts->host == "*")) {
      add(id, "has a fragment, a user or a wildcard", "the fragment is the token's; leave scheme, host and path");
    }
  }
}

void Checks::rest() {
  const ScreeningConfig& s = config_.screening;
  if (s.provider == ScreeningProvider::list && s.list_path.empty()) {
    add({"screening", "", "list_path"}, "must be set for provider = \"list\"", "set it to the list's path");
  }
  if (s.provider == ScreeningProvider::watchman && s.watchman_url.empty()) {
    add({"screening", "", "watchman_url"}, "must be set for provider = \"watchman\"", "set it to Watchman's address");
  }
  url({"screening", "", "watchman_url"}, s.watchman_url, {"https", "http"});
  url({"brand", "", "logo"}, config_.brand.logo, {"https", "http"});
  url({"telemetry", "", "otlp_endpoint"}, config_.telemetry.otlp_endpoint, {"https", "http"});
  const std::pair<const char*, const Text*> colours[] = {
      {"accent", &config_.brand.accent}, {"background", &config_.brand.background}, {"text", &config_.brand.text}};
  for (const auto& [key, value] : colours) {
    if (!is_colour(*value)) add({"brand.colors", "", key}, "is \"" + *value + "\"", "write it as \"#rrggbb\"");
  }
}

void Checks::development() {
  if (!config_.development()) return;
  const std::pair<const char*, const Text*> listeners[] = {{"listen", &config_.server.listen},
                                                           {"ops_listen", &config_.server.ops_listen}};
  for (const auto& [key, value] : listeners) {
    const auto host = listen_host(*value);
    if (host && !is_loopback_host(*host)) {
      add({"server", "", key}, "is not loopback",
          "under --dev listen on localhost; for others to reach it, run without --dev");
    }
  }
  const std::string& url = config_.database.url.expose();
  if (url.rfind("sqlite:", 0) == 0) return;
  for (const std::string& host : hosts_of_list(url).value_or(std::vector<std::string>{})) {
    if (!is_loopback_host(host)) {
      add({"database", "", "url"}, "is a database on " + host, "under --dev use one on this machine");
    }
  }
}

void Checks::all() {
  server();
  database();
  clients();
  lifetimes();
  roles();
  keys();
  messages();
  oauth();
  rest();
  development();
}

Problems Checks::warnings() const {
  Problems warnings;
  const std::size_t advised = config_.mfa.required ? 8 : 15;
  if (config_.password.min_length < advised) {
    const KeyId id{"password", "", "min_length"};
    warnings.push_back({binder_.where(id), id.str(),
                        "is " + std::to_string(config_.password.min_length) + ", less than the " +
                            std::to_string(advised) + " that NIST SP 800-63B-4 asks for",
                        "raise it, or set mfa.required"});
  }
  const auto host = listen_host(config_.server.listen);
  if (host && !is_loopback_host(*host) && config_.server.tls_cert.empty() && config_.server.trusted_proxies.empty()) {
    const KeyId id{"server", "", "listen"};
    warnings.push_back({binder_.where(id), id.str(), "is open beyond this machine, without TLS and without a proxy",
                        "set tls_cert and tls_key, or trusted_proxies"});
  }
  return warnings;
}

Problems client_faults(const Config& config) {
  using domain::OriginRule;
  const auto rule = config.development() ? OriginRule::development : OriginRule::production;
  Problems faults;
  for (const auto& [name, client] : config.clients) {
    for (const std::string& origin : client.origins) {
      if (const auto checked = domain::check_origin(origin, rule); !checked) {
        faults.push_back({"", "clients." + name + ".origins", "holds \"" + origin + "\": " + checked.error().detail,
                          "write scheme, host and port exactly as browsers send them, as \"https://app.example.com\""});
      }
    }
    for (const std::string& uri : client.redirect_uris) {
      if (const auto checked = domain::check_redirect_uri(uri); !checked) {
        faults.push_back({"", "clients." + name + ".redirect_uris", "holds \"" + uri + "\": " + checked.error().detail,
                          "write each address in full, as \"https://app.example.com/signed-in\""});
      }
    }
  }
  return faults;
}

domain::RoleCatalog role_catalog(const Config& config, Problems* problems) {
  std::vector<domain::RoleDeclaration> declared;
  for (const auto& [name, role] : config.roles) declared.push_back({name, role.permissions, role.inherits});
  auto catalog = domain::RoleCatalog::make(declared);
  if (catalog) return *catalog;
  for (const FieldError& fault : catalog.error().fields) {
    if (problems != nullptr) problems->push_back({"", fault.field, "is not right: " + fault.detail, "correct it"});
  }
  return {};
}

}  // namespace gatehouse::config
