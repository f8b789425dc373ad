#pragma once
// What the use cases need to know of the configuration, already read, checked and typed. Composition makes it once at
// start; it never changes afterwards. Names follow packages/contracts/config.yaml.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "domain/identity/authentication.hpp"
#include "domain/identity/risk_assessment.hpp"
#include "domain/identity/roles_and_permissions.hpp"
#include "domain/identity/throttle_policy.hpp"
#include "foundation/secret.hpp"
#include "foundation/time.hpp"

namespace gatehouse::application {

enum class Transport { bearer, cookie };
enum class SignUpMode { open, invite, closed };

/// A front end: `[clients.NAME]`.
struct ClientSettings {
  std::string name;
  std::vector<std::string> origins;
  std::vector<std::string> redirect_uris;
  Transport transport = Transport::bearer;
  Duration idle_timeout{};
  Duration absolute_timeout{};
  std::vector<std::string> audiences;
};

/// Where mailed links lead: our own pages, or the platform's. The token rides in the fragment (decision 6).
struct LinkSettings {
  std::string verify_email, reset_password, accept_invitation, confirm_email, undo_email, not_me, sign_in, mfa, error;
  std::string cancel_deletion;
};

/// How long rows are kept after they have served; zero keeps them for good, but for `deleted_users`.
struct RetentionSettings {
  Duration login_attempts{}, audit{}, outbox{}, inbox{}, mails{};
  Duration sessions{}, verification_tokens{};  ///< after they have expired
  Duration deleted_users{};                    ///< the grace period between a deletion and the erasure
};

struct Settings {
  bool development = false;
  std::string public_url;     ///< no trailing slash; may carry a path prefix
  std::string public_origin;  ///< its scheme, host and port
  std::string service_name;   ///< `[brand] name`

  std::map<std::string, ClientSettings> clients;  ///< `default` and `pages` are always there
  std::size_t max_sessions_per_user = 100;
  std::string cookie_domain;  ///< empty: `__Host-` cookies

  std::string issuer;
  std::vector<std::string> audiences;  ///< the first is the default
  Duration token_ttl{};
  std::set<std::string> token_claims;  ///< empty: all

  SignUpMode sign_up_mode = SignUpMode::open;
  std::size_t password_min_length = 15;
  std::size_t password_max_length = 256;

  bool mfa_required = false;
  std::vector<std::string> mfa_required_roles;
  std::string mfa_issuer_name;

  bool throttle_enabled = true;
  std::size_t service_rate = 500;  ///< requests a second of one service key
  domain::ThrottleLimits throttle_limits;
  domain::OnSuspicious on_suspicious = domain::OnSuspicious::notify;

  domain::RoleCatalog roles;
  std::vector<std::string> grantable_roles;  ///< by accounts.user.role_required, after inheritance

  bool has_bus = false;  ///< events are published; otherwise they are only read by GET /v1/events

  bool link_verified = false;
  bool store_provider_tokens = false;

  bool has_mailbox = false;          ///< mails are read where they are written (decision 31), and none is handed over
  std::set<std::string> mails_sent;  ///< templates that are ours to send; those with a token always are
  LinkSettings links;
  RetentionSettings retention;

  const ClientSettings* find_client(const std::string& name) const {
    const auto found = clients.find(name.empty() ? "default" : name);
    return found == clients.end() ? nullptr : &found->second;
  }
};

}  // namespace gatehouse::application
