// Each check of checks.cpp, by a file that breaks one rule.
#include <gtest/gtest.h>

#include "config/load.hpp"

namespace gatehouse::config {
namespace {

Pairs healthy() { return {{"mail.from", "a@example.com"}}; }

/// The keys of the problems that these settings, said over a healthy configuration, lead to.
std::vector<std::string> wrong(const Pairs& said, Mode mode = Mode::development) {
  LoadInput input;
  input.mode = mode;
  input.flags = healthy();
  for (const auto& pair : said) input.flags.push_back(pair);
  std::vector<std::string> keys;
  for (const Problem& problem : load(input).problems) {
    keys.push_back(problem.key);
    EXPECT_FALSE(problem.mend.empty()) << to_text(problem);
  }
  return keys;
}
using Keys = std::vector<std::string>;

TEST(Checks, public_url_has_neither_query_nor_fragment_nor_user) {
  EXPECT_EQ(wrong({{"server.public_url", "https://id.example.com/prefix"}}), Keys{});
  for (const char* url : {"https://id.example.com?x=1", "https://id.example.com/#a", "https://me@id.example.com",
                          "id.example.com", "ftp://id.example.com"}) {
    EXPECT_EQ(wrong({{"server.public_url", url}}), Keys{"server.public_url"}) << url;
  }
}

TEST(Checks, proxies_are_addresses_or_networks) {
  EXPECT_EQ(wrong({{"server.trusted_proxies", "10.0.0.0/8,2001:db8::/32,192.0.2.1"}}), Keys{});
  EXPECT_EQ(wrong({{"server.trusted_proxies", "10.0.0.0/33"}}), Keys{"server.trusted_proxies"});
  EXPECT_EQ(wrong({{"server.trusted_proxies", "proxy.example.com"}}), Keys{"server.trusted_proxies"});
}

TEST(Checks, tls_needs_certificate_and_key) {
  EXPECT_EQ(wrong({{"server.tls_cert", "/c.pem"}}), Keys{"server.tls_key"});
  EXPECT_EQ(wrong({{"server.tls_key", "/k.pem"}}), Keys{"server.tls_cert"});
}

TEST(Checks, the_database_is_sqlite_or_postgresql) {
  EXPECT_EQ(wrong({{"database.url", "mysql://localhost/x"}}), Keys{"database.url"});
  EXPECT_EQ(wrong({{"database.url", "sqlite:"}}), Keys{"database.url"});
  EXPECT_EQ(wrong({{"database.url", "postgresql://localhost/x"}}), Keys{});
}

TEST(Checks, origins_are_exact_in_both_modes) {
  for (const char* origin : {"https://*.example.com", "*", "null", "https://app.example.com/", "app.example.com"}) {
    EXPECT_EQ(wrong({{"clients.web.origins", origin}}), Keys{"clients.web.origins"}) << origin;
    EXPECT_EQ(wrong({{"clients.web.origins", origin}}, Mode::production), Keys{"clients.web.origins"}) << origin;
  }
  EXPECT_EQ(wrong({{"clients.web.origins", "http://localhost:5173"}}), Keys{});
  EXPECT_EQ(wrong({{"clients.web.origins", "http://localhost:5173"}}, Mode::production), Keys{"clients.web.origins"});
  EXPECT_EQ(wrong({{"clients.web.origins", "http://app.example.com"}}, Mode::production), Keys{"clients.web.origins"});
  EXPECT_EQ(wrong({{"clients.web.origins", "https://app.example.com"}}, Mode::production), Keys{});
}

TEST(Checks, redirect_uris_are_https_loopback_or_a_private_scheme) {
  for (const char* uri : {"https://app.example.com/cb", "http://127.0.0.1/cb", "com.example.app:/cb"}) {
    EXPECT_EQ(wrong({{"clients.web.redirect_uris", uri}}, Mode::production), Keys{}) << uri;
  }
  for (const char* uri : {"http://app.example.com/cb", "https://*.example.com/cb", "null", "javascript:alert(1)",
                          "https://app.example.com/cb#x"}) {
    EXPECT_EQ(wrong({{"clients.web.redirect_uris", uri}}, Mode::production), Keys{"clients.web.redirect_uris"}) << uri;
  }
}

TEST(Checks, lifetimes_fit_each_other) {
  EXPECT_EQ(wrong({{"session.idle_timeout", "31d"}}), (Keys{"session.idle_timeout"}));
  EXPECT_EQ(wrong({{"clients.web.idle_timeout", "2h"}, {"clients.web.absolute_timeout", "1h"}}),
            Keys{"clients.web.idle_timeout"});
  EXPECT_EQ(wrong({{"throttle.first_delay", "1h"}, {"throttle.max_delay", "15m"}}), Keys{"throttle.first_delay"});
  EXPECT_EQ(wrong({{"password.min_length", "100"}, {"password.max_length", "64"}}), Keys{"password.min_length"});
}

TEST(Checks, tokens_have_an_audience_and_known_claims) {
  EXPECT_EQ(wrong({{"token.claims", "roles,emial"}}), Keys{"token.claims"});
  EXPECT_EQ(wrong({{"token.claims", "roles"}}), Keys{});
}

TEST(Checks, the_cookie_domain_is_the_hosts_own_or_above_it) {
  const auto with = [](const char* domain) {
    return wrong({{"server.public_url", "https://id.example.com"}, {"session.cookie_domain", domain}});
  };
  EXPECT_EQ(with("example.com"), Keys{});
  EXPECT_EQ(with("id.example.com"), Keys{});
  EXPECT_EQ(with("ample.com"), Keys{"session.cookie_domain"});
  EXPECT_EQ(with("other.example"), Keys{"session.cookie_domain"});
}

TEST(Checks, roles_inherit_only_what_exists_and_in_no_circle) {
  EXPECT_EQ(wrong({{"roles.agent.inherits", "nobody"}}), Keys{"roles.agent"});
  EXPECT_FALSE(wrong({{"roles.a.inherits", "b"}, {"roles.b.inherits", "a"}}).empty());
  EXPECT_EQ(wrong({{"roles.agent.permissions", "payouts.read,identity.users.read"}}), Keys{});
}

TEST(Checks, a_misspelt_permission_of_identity_is_told) {
  EXPECT_EQ(wrong({{"roles.agent.permissions", "identity.user.read"}}), Keys{"roles.agent.permissions"});
  EXPECT_EQ(wrong({{"services.desk.permissions", "identity.introspct"}, {"services.desk.key", "gthk_x"}}),
            Keys{"services.desk.permissions"});
}

TEST(Checks, services_have_a_key_of_their_kind) {
  EXPECT_EQ(wrong({{"services.desk.permissions", "identity.introspect"}}), Keys{"services.desk.key"});
  EXPECT_EQ(wrong({{"services.desk.key", "gths_x"}}), Keys{"services.desk.key"});
}

TEST(Checks, roles_that_need_a_second_factor_exist) {
  EXPECT_EQ(wrong({{"mfa.required_roles", "admin,suport"}}), Keys{"mfa.required_roles"});
}

TEST(Checks, grantable_roles_exist_and_hold_nothing_of_identity) {
  EXPECT_EQ(wrong({{"events.grantable_roles", "user"}}), Keys{});
  EXPECT_EQ(wrong({{"events.grantable_roles", "admin"}}), Keys{"events.grantable_roles"});
  EXPECT_EQ(wrong({{"roles.agent.inherits", "support"}, {"events.grantable_roles", "agent"}}),
            Keys{"events.grantable_roles"});
}

TEST(Checks, the_key_encryption_key_is_32_bytes) {
  EXPECT_EQ(wrong({{"keys.encryption_key", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}}), Keys{});
  EXPECT_EQ(wrong({{"keys.encryption_key", "AAECAwQFBgcICQoLDA0ODw=="}}), Keys{"keys.encryption_key"});
  EXPECT_EQ(wrong({{"keys.encryption_key", "a passphrase of no shape at all!"}}), Keys{"keys.encryption_key"});
}

TEST(Checks, vault_needs_an_address_and_a_way_in) {
  EXPECT_EQ(wrong({{"keys.provider", "vault"}}), (Keys{"keys.vault.address", "keys.vault.token"}));
  EXPECT_EQ(wrong({{"keys.provider", "vault"},
                   {"keys.vault.address", "https://vault.example.com"},
                   {"keys.vault.auth", "approle"},
                   {"keys.vault.role_id", "r"}}),
            Keys{"keys.vault.secret_id"});
}

TEST(Checks, mail_providers_have_what_they_need) {
  EXPECT_EQ(wrong({{"mail.provider", "resend"}}), Keys{"mail.resend_api_key"});
  EXPECT_EQ(wrong({{"mail.provider", "smtp"}}), Keys{"mail.smtp_url"});
  EXPECT_EQ(wrong({{"mail.provider", "smtp"}, {"mail.smtp_url", "http://mail.example.com"}}), Keys{"mail.smtp_url"});
  EXPECT_EQ(wrong({{"mail.from", "nobody"}}), Keys{"mail.from"});
  EXPECT_EQ(wrong({{"mail.from", "a@example.com\r\nBcc: b@example.com"}}), Keys{"mail.from"});
  EXPECT_EQ(wrong({{"mail.send", "new_devise"}}), Keys{"mail.send"});
}

TEST(Checks, links_leave_the_fragment_to_the_token) {
  EXPECT_EQ(wrong({{"links.reset_password", "https://app.example.com/reset#x"}}), Keys{"links.reset_password"});
  EXPECT_EQ(wrong({{"links.reset_password", "/reset"}}), Keys{"links.reset_password"});
  EXPECT_EQ(wrong({{"links.reset_password", "https://app.example.com/reset"}}), Keys{});
}

TEST(Checks, providers_have_their_credentials) {
  EXPECT_EQ(wrong({{"oauth.providers.github.client_id", "x"}}), Keys{"oauth.providers.github.client_secret"});
  EXPECT_EQ(wrong({{"oauth.providers.corp.client_id", "x"}, {"oauth.providers.corp.client_secret", "y"}}),
            Keys{"oauth.providers.corp.issuer"});
  EXPECT_EQ(wrong({{"oauth.providers.apple.client_id", "x"}}), Keys{"oauth.providers.apple.private_key"});
  EXPECT_EQ(wrong({{"oauth.providers.gitlab.client_id", "x"}, {"oauth.providers.gitlab.client_secret", "y"}}), Keys{});
}

TEST(Checks, providers_take_only_what_their_preset_uses) {
  const auto with = [](const char* key, const char* value) {
    return wrong({{"oauth.providers.github.client_id", "x"},
                  {"oauth.providers.github.client_secret", "y"},
                  {std::string("oauth.providers.github.") + key, value}});
  };
  for (const char* key : {"team_id", "key_id", "private_key", "hosted_domain"})
    EXPECT_EQ(with(key, "z"), Keys{std::string("oauth.providers.github.") + key}) << key;
  EXPECT_EQ(with("scopes", "read:user"), Keys{});
  EXPECT_EQ(with("preset", "githup"), Keys{"oauth.providers.github.preset"});
  EXPECT_EQ(wrong({{"oauth.providers.google.client_id", "x"},
                   {"oauth.providers.google.client_secret", "y"},
                   {"oauth.providers.google.scopes", "email"},
                   {"oauth.providers.google.emails_endpoint", "https://idp.example/emails"},
                   {"oauth.providers.google.issuer", "https://idp.example/?a=b"}}),
            (Keys{"oauth.providers.google.issuer", "oauth.providers.google.scopes",
                  "oauth.providers.google.emails_endpoint"}));
}

TEST(Checks, an_unknown_preset_is_told_with_the_nearest_one) {
  LoadInput input;
  input.mode = Mode::development;
  input.flags = healthy();
  input.flags.emplace_back("oauth.providers.x.preset", "gitlap");
  const Problems problems = load(input).problems;
  ASSERT_EQ(problems.size(), 1U);  // what an unknown preset would need is not guessed
  EXPECT_EQ(to_text(problems.front()),
            "the command line: oauth.providers.x.preset is \"gitlap\"; did you mean gitlab? It is one of google, "
            "apple, github, discord, gitlab, oidc");
}

TEST(Checks, screening_and_brand_are_well_formed) {
  EXPECT_EQ(wrong({{"screening.provider", "list"}}), Keys{"screening.list_path"});
  EXPECT_EQ(wrong({{"screening.provider", "watchman"}}), Keys{"screening.watchman_url"});
  EXPECT_EQ(wrong({{"brand.colors.accent", "blue"}}), Keys{"brand.colors.accent"});
}

TEST(Checks, development_stays_on_this_machine) {
  EXPECT_EQ(wrong({{"server.listen", "0.0.0.0:8080"}}), Keys{"server.listen"});
  EXPECT_EQ(wrong({{"server.listen", "[::1]:8080"}}), Keys{});
  EXPECT_EQ(wrong({{"database.url", "postgresql://db.example.com/x"}}), Keys{"database.url"});
  EXPECT_EQ(wrong({{"database.url", "postgresql://localhost,db.example.com/x"}}), Keys{"database.url"});
  EXPECT_EQ(wrong({{"database.url", "postgresql:///x?host=/var/run/postgresql"}}), Keys{});
  EXPECT_EQ(wrong({{"server.listen", "0.0.0.0:8080"}}, Mode::production), Keys{});
}

TEST(Checks, a_listener_open_to_all_without_tls_is_warned_of) {
  LoadInput input;
  input.flags = {{"mail.from", "a@example.com"}, {"server.listen", "0.0.0.0:8080"}};
  ASSERT_EQ(load(input).warnings.size(), 1U);
  input.flags.emplace_back("server.trusted_proxies", "10.0.0.1");
  EXPECT_TRUE(load(input).warnings.empty());
}

}  // namespace
}  // namespace gatehouse::config
