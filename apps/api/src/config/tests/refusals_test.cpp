// Each refusal of production, one test a rule: what is refused, and the nearest thing that is not.
#include "config/refusals.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include "config/load.hpp"

namespace gatehouse::config {
namespace {

Pairs secure() {
  return {{"server.public_url", "https://id.example.com"},
          {"mail.provider", "resend"},
          {"mail.resend_api_key", "re_x"},
          {"mail.from", "Example <no-reply@example.com>"},
          {"keys.encryption_key", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}};
}

Loaded loaded_with(const Pairs& said) {
  LoadInput input;
  input.flags = secure();
  for (const auto& pair : said) input.flags.push_back(pair);
  return load(input);
}

/// The keys of all that stands against starting with these settings over a secure configuration.
std::vector<std::string> refused(const Pairs& said, const Facts& facts = {}) {
  std::vector<std::string> keys;
  for (const Problem& problem : obstacles(loaded_with(said), facts)) {
    keys.push_back(problem.key);
    EXPECT_FALSE(problem.what.empty());
    EXPECT_FALSE(problem.mend.empty());
  }
  return keys;
}
using Keys = std::vector<std::string>;

TEST(Refusals, a_secure_configuration_starts) { EXPECT_EQ(refused({}), Keys{}); }

TEST(Refusals, an_empty_configuration_names_everything_at_once) {
  const Loaded loaded = load(LoadInput{});
  Keys keys;
  for (const Problem& problem : obstacles(loaded, Facts{})) keys.push_back(problem.key);
  EXPECT_EQ(keys, (Keys{"mail.from", "server.public_url", "mail.provider", "keys.encryption_key"}));
}

TEST(Refusals, development_is_refused_nothing_of_this) {
  LoadInput input;
  input.mode = Mode::development;
  input.flags = {{"throttle.enabled", "false"}};
  EXPECT_TRUE(refuse(load(input).config, Facts{{{"x", "/x", FileKind::file, 0644}}, {}, "nfs"}).empty());
}

TEST(Refusals, public_url_must_be_set_and_https) {
  EXPECT_EQ(refused({{"server.public_url", "http://id.example.com"}}), Keys{"server.public_url"});
  EXPECT_EQ(refused({{"token.issuer", "http://id.example.com"}}), Keys{"token.issuer"});
  EXPECT_EQ(refused({{"token.issuer", "https://issuer.example.com"}}), Keys{});
  EXPECT_EQ(refused({{"server.public_url", "https://id.example.com/?q"}}), Keys{"server.public_url"});
  EXPECT_EQ(refused({{"server.public_url", "https://id.example.com/#f"}}), Keys{"server.public_url"});
  Config config = loaded_with({}).config;
  config.server.public_url.clear();
  EXPECT_EQ(refuse_public_url(config).size(), 1U);
}

TEST(Refusals, mail_must_really_be_sent) {
  EXPECT_EQ(refused({{"mail.provider", "mailbox"}}), Keys{"mail.provider"});
  EXPECT_EQ(refused({{"mail.provider", "smtp"}, {"mail.smtp_url", "smtps://mail.example.com"}}), Keys{});
}

TEST(Refusals, throttling_must_be_on) { EXPECT_EQ(refused({{"throttle.enabled", "false"}}), Keys{"throttle.enabled"}); }

TEST(Refusals, argon2_must_reach_asvs) {
  const auto with = [](const char* memory, const char* passes) {
    return refused({{"password.argon2_memory_kib", memory}, {"password.argon2_iterations", passes}});
  };
  EXPECT_EQ(with("19456", "2"), Keys{});
  EXPECT_EQ(with("19455", "2"), Keys{"password.argon2_memory_kib"});
  EXPECT_EQ(with("47104", "1"), Keys{});
  EXPECT_EQ(with("19456", "1"), Keys{"password.argon2_memory_kib"});
  EXPECT_EQ(with("12288", "3"), Keys{});
  EXPECT_EQ(with("8192", "4"), Keys{"password.argon2_memory_kib"});
}

TEST(Refusals, nobody_trusts_everybody_as_a_proxy) {
  for (const char* network : {"0.0.0.0/0", "::/0", "0.0.0.0/1,128.0.0.0/1", "10.0.0.0/8,::/0", "::ffff:0.0.0.0/96"}) {
    EXPECT_EQ(refused({{"server.trusted_proxies", network}}), Keys{"server.trusted_proxies"}) << network;
  }
  EXPECT_EQ(refused({{"server.trusted_proxies", "10.0.0.0/8,fc00::/7"}}), Keys{});
}

TEST(Refusals, origins_are_https_and_exact) {
  for (const char* origin : {"http://app.example.com", "http://localhost:3000", "https://*.example.com", "*", "null"}) {
    EXPECT_EQ(refused({{"clients.web.origins", origin}}), Keys{"clients.web.origins"}) << origin;
  }
  EXPECT_EQ(refused({{"clients.web.origins", "https://app.example.com"}}), Keys{});
}

TEST(Refusals, redirect_uris_are_https_loopback_or_private) {
  for (const char* uri : {"http://app.example.com/cb", "https://*.example.com/cb", "null"}) {
    EXPECT_EQ(refused({{"clients.web.redirect_uris", uri}}), Keys{"clients.web.redirect_uris"}) << uri;
  }
  EXPECT_EQ(refused({{"clients.web.redirect_uris", "http://127.0.0.1/cb,com.example.app:/cb"}}), Keys{});
}

TEST(Refusals, links_are_https) {
  EXPECT_EQ(refused({{"links.reset_password", "http://app.example.com/reset"}}), Keys{"links.reset_password"});
  EXPECT_EQ(refused({{"links.error", "http://localhost/error"}}), Keys{"links.error"});
  EXPECT_EQ(refused({{"links.reset_password", "https://app.example.com/reset"}}), Keys{});
}

/// Set for the length of a test.
class Environment {
 public:
  explicit Environment(const char* name) : name_(name) { setenv(name, "db.example.com", 1); }
  ~Environment() { unsetenv(name_); }

 private:
  const char* name_;
};

TEST(Refusals, what_completes_the_url_of_postgresql_elsewhere_is_not_trusted) {
  const auto refused_url = [](const std::string& url) { return refused({{"database.url", url}}); };
  EXPECT_EQ(refused_url("postgresql:///id?service=prod"), Keys{"database.url"});
  EXPECT_EQ(refused_url("postgresql:///id?service=prod&sslmode=verify-full"), Keys{});
  EXPECT_EQ(refused_url("postgresql:///id"), Keys{});
  {
    const Environment host("PGHOST");
    EXPECT_EQ(refused_url("postgresql:///id"), Keys{"database.url"});
    EXPECT_EQ(refused_url("postgresql://me@:5433/id"), Keys{"database.url"});
    EXPECT_EQ(refused_url("postgresql://me@localhost/id"), Keys{}) << "the URL names the host";
  }
  const Environment address("PGHOSTADDR");
  EXPECT_EQ(refused_url("postgresql://localhost/id"), Keys{"database.url"});
}

TEST(Refusals, a_remote_postgresql_is_verified) {
  EXPECT_EQ(refused({{"database.url", "postgresql://db.example.com/id"}}), Keys{"database.url"});
  EXPECT_EQ(refused({{"database.url", "postgresql://db.example.com/id?sslmode=require"}}), Keys{"database.url"});
  EXPECT_EQ(refused({{"database.url", "postgresql://localhost,10.0.0.9/id"}}), Keys{"database.url"});
  EXPECT_EQ(refused({{"database.url", "postgresql://localhost/id?host=db.example.com"}}), Keys{"database.url"});
  EXPECT_EQ(refused({{"database.url", "postgresql://db.example.com/id?sslmode=verify-full"}}), Keys{});
  EXPECT_EQ(refused({{"database.url", "postgresql://localhost/id"}}), Keys{});
  EXPECT_EQ(refused({{"database.url", "postgresql://localhost/id"},
                     {"database.listen_url", "postgresql://db.example.com/id"}}),
            Keys{"database.listen_url"});
}

TEST(Refusals, a_remote_broker_has_tls) {
  const auto with = [](const char* url) { return refused({{"events.bus", "nats"}, {"events.nats_url", url}}); };
  EXPECT_EQ(with("nats://nats.example.com:4222"), Keys{"events.nats_url"});
  EXPECT_EQ(with("tls://a.example.com:4222,nats://b.example.com:4222"), Keys{"events.nats_url"});
  EXPECT_EQ(with("tls://nats.example.com:4222"), Keys{});
  EXPECT_EQ(with("nats://127.0.0.1:4222"), Keys{});
  EXPECT_EQ(refused({{"events.nats_url", "nats://nats.example.com:4222"}}), Keys{}) << "not used";
}

TEST(Refusals, remote_mail_has_tls) {
  const auto with = [](const char* url) { return refused({{"mail.provider", "smtp"}, {"mail.smtp_url", url}}); };
  EXPECT_EQ(with("smtp://mail.example.com:25"), Keys{"mail.smtp_url"});
  EXPECT_EQ(with("smtp://mail.example.com"), Keys{"mail.smtp_url"});
  EXPECT_EQ(with("smtp://mail.example.com:587"), Keys{});
  EXPECT_EQ(with("smtps://mail.example.com"), Keys{});
  EXPECT_EQ(with("smtp://localhost:25"), Keys{});
  EXPECT_EQ(refused({{"mail.resend_base_url", "http://api.example.com"}}), Keys{"mail.resend_base_url"});
}

TEST(Refusals, a_remote_vault_has_tls) {
  const auto with = [](const char* address) {
    return refused({{"keys.provider", "vault"}, {"keys.vault.address", address}, {"keys.vault.token", "t"}});
  };
  EXPECT_EQ(with("http://vault.example.com:8200"), Keys{"keys.vault.address"});
  EXPECT_EQ(with("https://vault.example.com:8200"), Keys{});
  EXPECT_EQ(with("http://127.0.0.1:8200"), Keys{});
}

TEST(Refusals, screening_and_traces_go_beyond_this_machine_by_tls_alone) {
  EXPECT_EQ(refused({{"screening.provider", "watchman"}, {"screening.watchman_url", "http://watchman.example.com"}}),
            Keys{"screening.watchman_url"});
  EXPECT_EQ(refused({{"telemetry.otlp_endpoint", "http://otel.example.com:4318"}}), Keys{"telemetry.otlp_endpoint"});
  EXPECT_EQ(refused({{"telemetry.otlp_endpoint", "http://localhost:4318"}}), Keys{});
}

TEST(Refusals, provider_endpoints_are_https_and_public) {
  const auto with = [](const char* url) {
    return refused({{"oauth.providers.corp.preset", "oidc"},
                    {"oauth.providers.corp.client_id", "x"},
                    {"oauth.providers.corp.client_secret", "y"},
                    {"oauth.providers.corp.issuer", url}});
  };
  for (const char* url :
       {"http://idp.example.com", "https://10.0.0.1", "https://localhost", "https://[fd00::1]",
        "https://169.254.169.254", "https://idp", "https://2130706433", "https://[::ffff:10.0.0.1]"}) {
    EXPECT_EQ(with(url), Keys{"oauth.providers.corp.issuer"}) << url;
  }
  EXPECT_EQ(with("https://idp.example.com"), Keys{});
  EXPECT_EQ(refused({{"oauth.allow_private_endpoints", "true"}}), Keys{"oauth.allow_private_endpoints"});
}

TEST(Refusals, local_keys_need_a_key_encryption_key) {
  Config config = loaded_with({}).config;
  config.keys.encryption_key = {};
  EXPECT_EQ(refuse_no_encryption_key(config).size(), 1U);
  config.keys.provider = KeyProvider::vault;
  EXPECT_TRUE(refuse_no_encryption_key(config).empty());
}

TEST(Refusals, a_store_in_memory_is_for_tests) {
  EXPECT_EQ(refused({{"database.url", "sqlite::memory:"}}), Keys{"database.url"});
}

TEST(Refusals, files_and_folders_are_closed_to_others) {
  Facts facts;
  facts.files = {{"server.tls_key", "/k.pem", FileKind::file, 0640},
                 {"the data folder", "/data", FileKind::folder, 0755},
                 {"database.url", "/data/gatehouse.db", FileKind::file, 0600},
                 {"--config", "/g.toml", FileKind::file, 0604}};
  const Problems problems = refuse_open_files(facts);
  ASSERT_EQ(problems.size(), 3U);
  EXPECT_EQ(to_text(problems[0]), "server.tls_key /k.pem is open to others (mode 0640); chmod 0600 /k.pem");
  EXPECT_EQ(problems[1].mend, "chmod 0700 /data");
  EXPECT_EQ(problems[2].key, "--config");
  facts = {};
  facts.unreadable = {"server.tls_key: /k.pem"};
  EXPECT_EQ(refuse_open_files(facts).size(), 1U);
}

TEST(Refusals, sqlite_stays_off_network_file_systems) {
  Facts facts;
  facts.network_file_system = "nfs";
  EXPECT_EQ(refused({}, facts), Keys{"database.url"});
}

TEST(Facts, tell_modes_of_what_exists_and_what_cannot_be_read) {
  std::string name = (std::filesystem::temp_directory_path() / "gatehouse-facts-XXXXXX").string();
  const std::filesystem::path folder = mkdtemp(name.data());
  std::ofstream(folder / "gatehouse.db") << "x";
  ::chmod((folder / "gatehouse.db").c_str(), 0644);
  Config config;
  config.database.url = SecretText("sqlite:" + (folder / "gatehouse.db").string());
  config.server.tls_key = (folder / "absent.pem").string();
  const Facts facts = gather_facts(config);
  std::filesystem::remove_all(folder);
  ASSERT_EQ(facts.files.size(), 2U);
  EXPECT_EQ(facts.files[0].kind, FileKind::folder);
  EXPECT_EQ(facts.files[0].mode, 0700U);
  EXPECT_EQ(facts.files[1].mode, 0644U);
  EXPECT_EQ(facts.unreadable, std::vector<std::string>{"server.tls_key: " + (folder / "absent.pem").string()});
  EXPECT_EQ(facts.network_file_system, "");
  EXPECT_EQ(refuse_open_files(facts).size(), 2U);
}

}  // namespace
}  // namespace gatehouse::config
