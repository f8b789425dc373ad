// Generated from packages/contracts/providers.yaml by script/contracts. Do not edit.
// clang-format off
#pragma once
// What tells one sign-in provider from another; providers.yaml says what each member means. Read by the configuration's
// checks and by adapters/oauth, which know no provider by name.
#include <cstdint>
#include <span>
#include <string_view>

namespace gatehouse {

enum class ClientAuth : std::uint8_t { client_secret_post, client_secret_basic, apple_jwt };
enum class ResponseMode : std::uint8_t { query, form_post };
enum class PersonSource : std::uint8_t { id_token, userinfo, id_token_then_userinfo };
enum class SubjectType : std::uint8_t { text_, integer_ };

struct PresetPair {
  std::string_view name, value;
};

/// Members of the claims or of the user info; empty: there is none.
struct PresetClaims {
  std::string_view subject;
  SubjectType subject_type = SubjectType::text_;
  std::string_view email, email_verified;
  bool verified_may_be_text = false;
  std::span<const std::string_view> name;
  std::string_view picture, picture_url, locale, hosted_domain;
};

struct ProviderPreset {
  std::string_view name, title, console, issuer;
  std::span<const std::string_view> issuer_aliases;
  bool discovery = false;
  std::string_view authorization_endpoint, token_endpoint, userinfo_endpoint, emails_endpoint, jwks_uri, emails_query;
  std::span<const std::string_view> scopes;
  ClientAuth client_auth = ClientAuth::client_secret_post;
  ResponseMode response_mode = ResponseMode::query;
  PersonSource person = PersonSource::id_token;
  PresetClaims claims;
  bool auth_time = false;
  std::span<const PresetPair> fresh_login, authorization, headers;
};

namespace detail {
inline constexpr std::string_view k_google_issuer_aliases[] = {"accounts.google.com"};
inline constexpr std::string_view k_google_scopes[] = {"openid", "email", "profile"};
inline constexpr std::string_view k_google_name[] = {"name"};
inline constexpr PresetPair k_google_fresh_login[] = {{"max_age", "0"}, {"claims", "{\"id_token\":{\"auth_time\":{\"essential\":true}}}"}};
inline constexpr std::string_view k_apple_issuer_aliases[] = {"https://account.apple.com"};
inline constexpr std::string_view k_apple_scopes[] = {"name", "email"};
inline constexpr PresetPair k_apple_fresh_login[] = {{"prompt", "login"}, {"max_age", "0"}};
inline constexpr std::string_view k_github_issuer_aliases[] = {"https://github.com/login/oauth"};
inline constexpr std::string_view k_github_scopes[] = {"read:user", "user:email"};
inline constexpr std::string_view k_github_name[] = {"name", "login"};
inline constexpr PresetPair k_github_headers[] = {{"X-GitHub-Api-Version", "2022-11-28"}};
inline constexpr std::string_view k_discord_scopes[] = {"identify", "email"};
inline constexpr std::string_view k_discord_name[] = {"global_name", "username"};
inline constexpr std::string_view k_gitlab_scopes[] = {"openid", "email", "profile"};
inline constexpr std::string_view k_gitlab_name[] = {"name", "nickname"};
inline constexpr PresetPair k_gitlab_fresh_login[] = {{"prompt", "login"}, {"max_age", "0"}};
inline constexpr std::string_view k_oidc_scopes[] = {"openid", "email", "profile"};
inline constexpr std::string_view k_oidc_name[] = {"name"};
inline constexpr PresetPair k_oidc_fresh_login[] = {{"prompt", "login"}, {"max_age", "0"}};
}  // namespace detail

inline constexpr ProviderPreset kProviderPresets[] = {
    {.name = "google", .title = "Google", .console = "https://console.cloud.google.com/apis/credentials",
     .issuer = "https://accounts.google.com", .issuer_aliases = detail::k_google_issuer_aliases, .discovery = true,
     .authorization_endpoint = "",
     .token_endpoint = "",
     .userinfo_endpoint = "",
     .emails_endpoint = "",
     .jwks_uri = "",
     .emails_query = "",
     .scopes = detail::k_google_scopes, .client_auth = ClientAuth::client_secret_post, .response_mode = ResponseMode::query, .person = PersonSource::id_token,
     .claims = {.subject = "sub", .subject_type = SubjectType::text_, .email = "email", .email_verified = "email_verified", .verified_may_be_text = false,
                .name = detail::k_google_name, .picture = "picture", .picture_url = "", .locale = "locale", .hosted_domain = "hd"},
     .auth_time = true, .fresh_login = detail::k_google_fresh_login, .authorization = {}, .headers = {}},
    {.name = "apple", .title = "Apple", .console = "https://developer.apple.com/account/resources/identifiers/list/serviceId",
     .issuer = "https://appleid.apple.com", .issuer_aliases = detail::k_apple_issuer_aliases, .discovery = false,
     .authorization_endpoint = "https://appleid.apple.com/auth/authorize",
     .token_endpoint = "https://appleid.apple.com/auth/token",
     .userinfo_endpoint = "",
     .emails_endpoint = "",
     .jwks_uri = "https://appleid.apple.com/auth/keys",
     .emails_query = "",
     .scopes = detail::k_apple_scopes, .client_auth = ClientAuth::apple_jwt, .response_mode = ResponseMode::form_post, .person = PersonSource::id_token,
     .claims = {.subject = "sub", .subject_type = SubjectType::text_, .email = "email", .email_verified = "email_verified", .verified_may_be_text = true,
                .name = {}, .picture = "", .picture_url = "", .locale = "", .hosted_domain = ""},
     .auth_time = true, .fresh_login = detail::k_apple_fresh_login, .authorization = {}, .headers = {}},
    {.name = "github", .title = "GitHub", .console = "https://github.com/settings/developers",
     .issuer = "https://github.com", .issuer_aliases = detail::k_github_issuer_aliases, .discovery = false,
     .authorization_endpoint = "https://github.com/login/oauth/authorize",
     .token_endpoint = "https://github.com/login/oauth/access_token",
     .userinfo_endpoint = "https://api.github.com/user",
     .emails_endpoint = "https://api.github.com/user/emails",
     .jwks_uri = "",
     .emails_query = "per_page=100",
     .scopes = detail::k_github_scopes, .client_auth = ClientAuth::client_secret_post, .response_mode = ResponseMode::query, .person = PersonSource::userinfo,
     .claims = {.subject = "id", .subject_type = SubjectType::integer_, .email = "", .email_verified = "", .verified_may_be_text = false,
                .name = detail::k_github_name, .picture = "avatar_url", .picture_url = "", .locale = "", .hosted_domain = ""},
     .auth_time = false, .fresh_login = {}, .authorization = {}, .headers = detail::k_github_headers},
    {.name = "discord", .title = "Discord", .console = "https://discord.com/developers/applications",
     .issuer = "https://discord.com", .issuer_aliases = {}, .discovery = false,
     .authorization_endpoint = "https://discord.com/oauth2/authorize",
     .token_endpoint = "https://discord.com/api/oauth2/token",
     .userinfo_endpoint = "https://discord.com/api/users/@me",
     .emails_endpoint = "",
     .jwks_uri = "",
     .emails_query = "",
     .scopes = detail::k_discord_scopes, .client_auth = ClientAuth::client_secret_post, .response_mode = ResponseMode::query, .person = PersonSource::userinfo,
     .claims = {.subject = "id", .subject_type = SubjectType::text_, .email = "email", .email_verified = "verified", .verified_may_be_text = false,
                .name = detail::k_discord_name, .picture = "avatar", .picture_url = "https://cdn.discordapp.com/avatars/{id}/{avatar}.png", .locale = "locale", .hosted_domain = ""},
     .auth_time = false, .fresh_login = {}, .authorization = {}, .headers = {}},
    {.name = "gitlab", .title = "GitLab", .console = "https://gitlab.com/-/user_settings/applications",
     .issuer = "https://gitlab.com", .issuer_aliases = {}, .discovery = true,
     .authorization_endpoint = "",
     .token_endpoint = "",
     .userinfo_endpoint = "",
     .emails_endpoint = "",
     .jwks_uri = "",
     .emails_query = "",
     .scopes = detail::k_gitlab_scopes, .client_auth = ClientAuth::client_secret_post, .response_mode = ResponseMode::query, .person = PersonSource::id_token_then_userinfo,
     .claims = {.subject = "sub", .subject_type = SubjectType::text_, .email = "email", .email_verified = "email_verified", .verified_may_be_text = false,
                .name = detail::k_gitlab_name, .picture = "picture", .picture_url = "", .locale = "", .hosted_domain = ""},
     .auth_time = true, .fresh_login = detail::k_gitlab_fresh_login, .authorization = {}, .headers = {}},
    {.name = "oidc", .title = "OpenID Connect", .console = "",
     .issuer = "", .issuer_aliases = {}, .discovery = true,
     .authorization_endpoint = "",
     .token_endpoint = "",
     .userinfo_endpoint = "",
     .emails_endpoint = "",
     .jwks_uri = "",
     .emails_query = "",
     .scopes = detail::k_oidc_scopes, .client_auth = ClientAuth::client_secret_basic, .response_mode = ResponseMode::query, .person = PersonSource::id_token_then_userinfo,
     .claims = {.subject = "sub", .subject_type = SubjectType::text_, .email = "email", .email_verified = "email_verified", .verified_may_be_text = false,
                .name = detail::k_oidc_name, .picture = "picture", .picture_url = "", .locale = "locale", .hosted_domain = ""},
     .auth_time = true, .fresh_login = detail::k_oidc_fresh_login, .authorization = {}, .headers = {}},
};

/// The preset of that name; nullptr when there is none.
constexpr const ProviderPreset* find_provider_preset(std::string_view name) {
  for (const ProviderPreset& preset : kProviderPresets) {
    if (preset.name == name) return &preset;
  }
  return nullptr;
}

}  // namespace gatehouse
