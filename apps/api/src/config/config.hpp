#pragma once
// Config: every key of packages/contracts/config.yaml as a typed member, section by section. Made by load.hpp alone,
// read by composition and the CLI; a plain value, never changed after start (but see set_public_url). Members are named
// as their keys, so the reference (docs/configuration.md) is their documentation; here stands only what differs from
// it.
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/identity/enum_text.hpp"
#include "domain/identity/signing_key.hpp"
#include "foundation/secret.hpp"
#include "foundation/time.hpp"

namespace gatehouse::config {

enum class Mode { development, production };
enum class Transport { bearer, cookie };
enum class SignUpMode { open, invite, closed };
enum class OnSuspicious { notify, challenge };
enum class KeyProvider { local, vault };
enum class VaultAuth { token, approle };
enum class EventBus { none, nats };
enum class MailProvider { mailbox, resend, smtp };
enum class ScreeningProvider { none, list, watchman };
enum class LogLevel { trace, debug, info, warn, error };

using Text = std::string;
using Texts = std::vector<std::string>;
using SecretText = Secret<std::string>;

struct ServerConfig {
  Text listen, public_url;  ///< public_url has no trailing slash; empty under --dev until the port is known
  Texts trusted_proxies;
  Text tls_cert, tls_key, ops_listen;  ///< ops_listen empty: the main listener
  std::size_t io_threads = 0, store_threads = 0, upstream_threads = 0, hash_threads = 0;  ///< resolved, never 0
  std::size_t store_queue = 0, upstream_queue = 0, hash_queue = 0, max_connections = 0;
  Duration idle_timeout{}, read_timeout{}, write_timeout{}, shutdown_timeout{};
};

struct DatabaseConfig {
  SecretText url, listen_url;  ///< both resolved
  std::size_t pool_size = 0;
  bool migrate = true;
  Duration connect_timeout{}, statement_timeout{}, lock_timeout{};
};

struct ClientConfig {
  Texts origins, redirect_uris;
  Transport transport = Transport::bearer;
  Duration idle_timeout{}, absolute_timeout{};  ///< resolved from [session]
  Texts audiences;                              ///< resolved from [token]
};

struct SessionConfig {
  Duration idle_timeout{}, absolute_timeout{};
  std::size_t max_per_user = 0;
  Text cookie_domain;
  std::size_t cache_size = 0;
};

struct TokenConfig {
  Text issuer;  ///< resolved from public_url
  Texts audiences;
  Duration ttl{};
  Texts claims;
};

struct SignUpConfig {
  SignUpMode mode = SignUpMode::open;
};

struct PasswordConfig {
  std::size_t min_length = 0, max_length = 0, argon2_memory_kib = 0, argon2_iterations = 0;
};

struct MfaConfig {
  bool required = false;
  Texts required_roles;
  Text issuer_name;  ///< resolved from brand.name
};

struct ThrottleConfig {
  bool enabled = true;
  std::size_t account_failures = 0, network_failures = 0, pair_failures = 0, device_failures = 0;
  Duration first_delay{}, max_delay{}, window{};
  std::size_t sign_ups_per_network = 0, mails_per_address = 0, service_rate = 0;
};

struct RiskConfig {
  OnSuspicious on_suspicious = OnSuspicious::notify;
};

struct RoleConfig {
  Texts permissions, inherits;
};

struct ServiceConfig {
  Texts permissions;
  SecretText key;
  Texts audiences;  ///< resolved from [token]
};

struct VaultConfig {
  Text address, ns, mount, signing_key, encryption_key;  ///< ns: the key `namespace`
  VaultAuth auth = VaultAuth::token;
  SecretText token;
  Text role_id;
  SecretText secret_id;
  Text ca_cert;
  Duration timeout{};
};

struct KeysConfig {
  KeyProvider provider = KeyProvider::local;
  domain::SigningAlgorithm algorithm = domain::SigningAlgorithm::EdDSA;
  Duration rotate_every{};
  SecretText encryption_key;  ///< empty under --dev: made in the data folder
  VaultConfig vault;
};

struct EventsConfig {
  EventBus bus = EventBus::none;
  SecretText nats_url;
  Text nats_credentials, nats_ca_cert, stream, accounts_stream;
  bool create_streams = true, consume = true;
  Texts grantable_roles;  ///< resolved by domain::RoleCatalog
};

struct MailConfig {
  std::optional<MailProvider> provider;
  Text from;
  SecretText resend_api_key;
  Text resend_base_url;
  SecretText resend_webhook_secret, smtp_url;
  Text smtp_ca_cert;
  Texts send;
};

/// All resolved under public_url.
struct LinksConfig {
  Text verify_email, reset_password, accept_invitation, confirm_email, undo_email, not_me, cancel_deletion, sign_in,
      mfa, error;
};

struct OAuthProviderConfig {
  Text preset;  ///< a name of kProviderPresets; resolved from the section's name, else "oidc"
  Text client_id;
  SecretText client_secret;
  Texts accepted_audiences;  ///< resolved from client_id
  Texts scopes;              ///< empty: the preset's
  Text hosted_domain, issuer;
  Text authorization_endpoint, token_endpoint, userinfo_endpoint, emails_endpoint, jwks_uri;
  Text team_id, key_id;
  SecretText private_key;
};

struct OAuthConfig {
  bool link_verified = false, store_tokens = false, allow_private_endpoints = false;
  std::map<std::string, OAuthProviderConfig> providers;
};

struct ScreeningConfig {
  ScreeningProvider provider = ScreeningProvider::none;
  Text list_path, watchman_url;
  double threshold = 0;
};

/// Zero keeps rows for good.
struct RetentionConfig {
  Duration login_attempts{}, auth_audit_log{}, outbox_events{}, inbox_events{}, dead_events{}, mails{}, sessions{},
      verification_tokens{}, deleted_users{};
};

struct BrandConfig {
  Text name, logo, accent, background, text;  ///< the last three: [brand.colors]
};

struct TelemetryConfig {
  LogLevel log_level = LogLevel::info;
  Text otlp_endpoint;
};

struct AuditConfig {
  Text anchor_file;
};

/// Files that were read to make the configuration: production wants them closed to others.
struct ConfigFiles {
  std::vector<std::filesystem::path> toml, secrets;
};

struct Config {
  Mode mode = Mode::production;
  std::filesystem::path data;  ///< the data folder, or ":memory:"
  ServerConfig server;
  DatabaseConfig database;
  std::map<std::string, ClientConfig> clients;  ///< `default` and `pages` are always there
  SessionConfig session;
  TokenConfig token;
  SignUpConfig sign_up;
  PasswordConfig password;
  MfaConfig mfa;
  ThrottleConfig throttle;
  RiskConfig risk;
  std::map<std::string, RoleConfig> roles;  ///< those declared; domain::RoleCatalog adds the built-in ones
  std::map<std::string, ServiceConfig> services;
  KeysConfig keys;
  EventsConfig events;
  MailConfig mail;
  LinksConfig links;
  OAuthConfig oauth;
  ScreeningConfig screening;
  RetentionConfig retention;
  BrandConfig brand;
  TelemetryConfig telemetry;
  AuditConfig audit;
  ConfigFiles files;

  bool development() const { return mode == Mode::development; }
  bool in_memory() const { return data == ":memory:"; }
};

/// Gives public_url once the port is known (`--dev` with port 0), and what hangs on it where nothing else was said:
/// issuer and links.
void set_public_url(Config& config, const std::string& url);

}  // namespace gatehouse::config

namespace gatehouse::domain {

GH_ENUM_NAMES(config::Mode, "development", "production");
GH_ENUM_NAMES(config::Transport, "bearer", "cookie");
GH_ENUM_NAMES(config::SignUpMode, "open", "invite", "closed");
GH_ENUM_NAMES(config::OnSuspicious, "notify", "challenge");
GH_ENUM_NAMES(config::KeyProvider, "local", "vault");
GH_ENUM_NAMES(config::VaultAuth, "token", "approle");
GH_ENUM_NAMES(config::EventBus, "none", "nats");
GH_ENUM_NAMES(config::MailProvider, "mailbox", "resend", "smtp");
GH_ENUM_NAMES(config::ScreeningProvider, "none", "list", "watchman");
GH_ENUM_NAMES(config::LogLevel, "trace", "debug", "info", "warn", "error");

}  // namespace gatehouse::domain
