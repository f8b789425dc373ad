#include "config/load.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace gatehouse::config {
namespace {

/// A folder of its own for each test, gone at the end.
class LoadTest : public testing::Test {
 protected:
  LoadTest() {
    std::string name = (std::filesystem::temp_directory_path() / "gatehouse-config-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~LoadTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& name, const std::string& content) {
    std::ofstream(folder_ / name) << content;
    return folder_ / name;
  }
  Loaded load_text(const std::string& toml, Mode mode = Mode::development) {
    LoadInput input;
    input.mode = mode;
    input.cores = 2;
    input.files = {write("gatehouse.toml", toml)};
    return load(input);
  }
  /// The texts of the problems, without the folder's name.
  std::vector<std::string> problems(const Loaded& loaded) const {
    std::vector<std::string> texts;
    for (const Problem& problem : loaded.problems) {
      std::string text = to_text(problem);
      const std::string prefix = folder_.string() + "/";
      for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) text.erase(at, prefix.size());
      texts.push_back(text);
    }
    return texts;
  }
  std::string only_problem(const std::string& toml) {
    const auto texts = problems(load_text(toml));
    return texts.size() == 1 ? texts.front()
                             : std::to_string(texts.size()) + " problems: " + testing::PrintToString(texts);
  }

  std::filesystem::path folder_;
};

Loaded load_environment(const Pairs& environment) {
  LoadInput input;
  input.mode = Mode::development;
  input.environment = environment;
  return load(input);
}

TEST_F(LoadTest, development_needs_no_configuration) {
  LoadInput input;
  input.mode = Mode::development;
  input.cores = 2;
  const Loaded loaded = load(input);
  EXPECT_EQ(problems(loaded), std::vector<std::string>{});
  const Config& c = loaded.config;
  EXPECT_EQ(c.server.listen, "localhost:8080");
  EXPECT_EQ(c.server.public_url, "http://localhost:8080");
  EXPECT_EQ(c.server.io_threads, 1U);
  EXPECT_EQ(c.server.store_threads, 8U);
  EXPECT_EQ(c.server.hash_threads, 2U);
  EXPECT_EQ(c.database.url.expose(), "sqlite:data/gatehouse.db");
  EXPECT_EQ(c.token.issuer, c.server.public_url);
  EXPECT_EQ(c.links.verify_email, "http://localhost:8080/verify-email");
  EXPECT_EQ(c.mail.provider, MailProvider::mailbox);
  EXPECT_TRUE(c.mfa.required_roles.empty());
  EXPECT_EQ(c.mfa.issuer_name, "Gatehouse");
  EXPECT_EQ(c.clients.at("default").transport, Transport::bearer);
  EXPECT_EQ(c.clients.at("pages").transport, Transport::cookie);
  EXPECT_EQ(c.clients.at("default").idle_timeout, std::chrono::hours(24 * 14));
  EXPECT_EQ(c.clients.at("default").audiences, Texts{"platform"});
  EXPECT_EQ(c.retention.login_attempts, std::chrono::hours(24 * 90));
  EXPECT_EQ(c.events.grantable_roles, Texts{"user"});
}

TEST_F(LoadTest, production_has_its_own_defaults) {
  LoadInput input;
  const Loaded loaded = load(input);
  EXPECT_EQ(loaded.config.mfa.required_roles, (Texts{"admin", "support"}));
  EXPECT_EQ(loaded.config.mail.provider, std::nullopt);
  EXPECT_EQ(loaded.config.server.public_url, "");
  EXPECT_EQ(loaded.config.server.ops_listen, "localhost:9464");
}

TEST_F(LoadTest, every_key_of_the_contract_is_read) {
  const Loaded loaded = load_text(
      "[clients.web]\n[roles.agent]\n[services.desk]\nkey = \"gthk_x\"\n"
      "[oauth.providers.github]\nclient_id = \"a\"\nclient_secret = \"b\"\n");
  for (const ConfigKey& key : kConfigKeys) {
    const bool read = std::any_of(loaded.settings.begin(), loaded.settings.end(), [&](const Setting& setting) {
      return setting.id.section == key.section && setting.id.key == key.key;
    });
    EXPECT_TRUE(read) << key.section << "." << key.key;
  }
}

TEST_F(LoadTest, every_default_lies_within_its_own_bounds) {
  for (const Mode mode : {Mode::development, Mode::production}) {
    LoadInput input;
    input.mode = mode;
    input.flags = {{"mail.from", "a@example.com"}};
    EXPECT_EQ(problems(load(input)), std::vector<std::string>{});
  }
}

TEST_F(LoadTest, files_environment_and_command_line_win_in_that_order) {
  LoadInput input;
  input.mode = Mode::development;
  input.files = {
      write("a.toml", "[server]\nlisten = \"localhost:1\"\nhash_queue = 1\nstore_queue = 1\nupstream_queue = 1\n"),
      write("b.toml", "[server]\nlisten = \"localhost:2\"\nhash_queue = 2\nstore_queue = 2\n")};
  input.environment = {
      {"GATEHOUSE_SERVER__LISTEN", "localhost:3"}, {"GATEHOUSE_SERVER__HASH_QUEUE", "3"}, {"PATH", "/bin"}};
  input.flags = {{"server.listen", "localhost:4"}};
  const Loaded loaded = load(input);
  EXPECT_EQ(problems(loaded), std::vector<std::string>{});
  EXPECT_EQ(loaded.config.server.listen, "localhost:4");
  EXPECT_EQ(loaded.config.server.hash_queue, 3U);
  EXPECT_EQ(loaded.config.server.store_queue, 2U);
  EXPECT_EQ(loaded.config.server.upstream_queue, 1U);
}

TEST_F(LoadTest, the_environment_reaches_nested_and_named_sections) {
  const Loaded loaded = load_environment({{"GATEHOUSE_CLIENTS__WEB__ORIGINS", "https://a.example, https://b.example"},
                                          {"GATEHOUSE_KEYS__VAULT__MOUNT", "t2"},
                                          {"GATEHOUSE_OAUTH__PROVIDERS__GITHUB__CLIENT_ID", "id"},
                                          {"GATEHOUSE_OAUTH__PROVIDERS__GITHUB__CLIENT_SECRET", "s"},
                                          {"GATEHOUSE_BRAND__COLORS__ACCENT", "#112233"},
                                          {"GATEHOUSE_THROTTLE__ENABLED", "false"},
                                          {"GATEHOUSE_SESSION__IDLE_TIMEOUT", "2h"},
                                          {"GATEHOUSE_RETENTION__MAILS", "7d"}});
  EXPECT_EQ(problems(loaded), std::vector<std::string>{});
  EXPECT_EQ(loaded.config.clients.at("web").origins, (Texts{"https://a.example", "https://b.example"}));
  EXPECT_EQ(loaded.config.keys.vault.mount, "t2");
  EXPECT_EQ(loaded.config.oauth.providers.at("github").preset, "github");
  EXPECT_EQ(loaded.config.brand.accent, "#112233");
  EXPECT_FALSE(loaded.config.throttle.enabled);
  EXPECT_EQ(loaded.config.session.idle_timeout, std::chrono::hours(2));
  EXPECT_EQ(loaded.config.retention.mails, std::chrono::hours(24 * 7));
}

TEST_F(LoadTest, an_unknown_key_is_told_with_its_line_and_the_nearest_known_one) {
  EXPECT_EQ(only_problem("[server]\n\nlistne = \"localhost:1\"\n"),
            "gatehouse.toml:3: server.listne is not a known key; did you mean server.listen?");
  EXPECT_EQ(only_problem("[clients.web]\norigin = [\"https://a.example\"]\n"),
            "gatehouse.toml:2: clients.web.origin is not a known key; did you mean clients.web.origins?");
  EXPECT_EQ(only_problem("[sesion]\nidle_timeout = \"1h\"\n"),
            "gatehouse.toml:1: sesion is not a known section; did you mean session?");
  EXPECT_EQ(only_problem("listen = \"localhost:1\"\n"),
            "gatehouse.toml:1: listen is not a known key; did you mean server.listen?");
  EXPECT_EQ(only_problem("[mail]\nresend_api_keyfile = \"x\"\n"),
            "gatehouse.toml:2: mail.resend_api_keyfile is not a known key; did you mean mail.resend_api_key_file?");
}

TEST_F(LoadTest, an_unknown_variable_is_told_and_one_that_lacks_an_underscore_too) {
  EXPECT_EQ(problems(load_environment({{"GATEHOUSE_SERVER__LISTN", "localhost:1"}})),
            std::vector<std::string>{
                "GATEHOUSE_SERVER__LISTN: server.listn is not a known key; did you mean server.listen?"});
  EXPECT_EQ(problems(load_environment({{"GATEHOUSE_SERVER_LISTEN", "localhost:1"}})),
            std::vector<std::string>{"GATEHOUSE_SERVER_LISTEN: is not a variable that Gatehouse reads; did you mean "
                                     "GATEHOUSE_SERVER__LISTEN?"});
  EXPECT_TRUE(problems(load_environment({{"GATEHOUSE_BINARY", "x"}})).empty());
}

TEST_F(LoadTest, all_problems_are_told_at_once) {
  const Loaded loaded = load_text(
      "[server]\nlisten = \"nonsense\"\n[session]\nidle_timeout = \"soon\"\nmax_per_user = 0\n"
      "[throttle]\nenabled = \"yes\"\n[sign_up]\nmode = \"opened\"\n[password]\nargon2_iterations = 17\n");
  EXPECT_EQ(problems(loaded),
            (std::vector<std::string>{
                "gatehouse.toml:4: session.idle_timeout is not a duration as \"500ms\", \"90s\", \"15m\", \"12h\" or "
                "\"30d\"; write a duration as \"500ms\", \"90s\", \"15m\", \"12h\" or \"30d\"",
                "gatehouse.toml:5: session.max_per_user is 0; give a value from 1 to 10000",
                "gatehouse.toml:9: sign_up.mode is \"opened\"; did you mean open? It is one of open, invite, closed",
                "gatehouse.toml:11: password.argon2_iterations is 17; give a value from 1 to 16",
                "gatehouse.toml:7: throttle.enabled is not true or false; write true or false",
                "gatehouse.toml:2: server.listen is \"nonsense\"; write HOST:PORT, as \"localhost:8080\" or "
                "\"[::1]:8080\""}));
}

TEST_F(LoadTest, a_type_of_toml_must_fit_the_key) {
  EXPECT_EQ(only_problem("[server]\nhash_queue = \"many\"\n"),
            "gatehouse.toml:2: server.hash_queue is not a whole number; write a whole number");
  EXPECT_EQ(only_problem("[token]\naudiences = \"platform\"\n"),
            "gatehouse.toml:2: token.audiences is not a list of texts; write a list of texts");
  EXPECT_EQ(only_problem("[token]\naudiences = [1]\n"),
            "gatehouse.toml:2: token.audiences is not a list of texts; write a list of texts");
  EXPECT_EQ(only_problem("[brand]\nname = 7\n"),
            "gatehouse.toml:2: brand.name is not a text in double quotes; write a text in double quotes");
  EXPECT_EQ(only_problem("[retention]\nmails = 0\n"),
            "gatehouse.toml:2: retention.mails is 0; give a value from 1 to 3650");
}

TEST_F(LoadTest, bad_toml_and_unreadable_files_are_told) {
  EXPECT_NE(only_problem("[server\n").find("gatehouse.toml:1: is not TOML"), std::string::npos);
  LoadInput input;
  input.mode = Mode::development;
  input.files = {folder_ / "absent.toml", folder_};
  const auto texts = problems(load(input));
  ASSERT_EQ(texts.size(), 2U);
  EXPECT_EQ(texts[0], "absent.toml: cannot be read; check the path, and that Gatehouse's user may read it");
}

TEST_F(LoadTest, a_secret_may_come_from_a_file_and_loses_one_newline) {
  const auto secret = write("key", "  se cret\n");
  const Loaded loaded = load_text("[mail]\nresend_api_key_file = \"" + secret.string() + "\"\n");
  EXPECT_EQ(problems(loaded), std::vector<std::string>{});
  EXPECT_EQ(loaded.config.mail.resend_api_key.expose(), "  se cret");
  EXPECT_EQ(loaded.config.files.secrets, std::vector<std::filesystem::path>{secret});
  EXPECT_EQ(
      load_environment({{"GATEHOUSE_MAIL__RESEND_API_KEY_FILE", secret.string()}}).config.mail.resend_api_key.expose(),
      "  se cret");
}

TEST_F(LoadTest, a_secret_given_twice_or_from_an_absent_file_is_refused) {
  EXPECT_EQ(only_problem("[mail]\nresend_api_key = \"a\"\nresend_api_key_file = \"b\"\n"),
            "gatehouse.toml:3: mail.resend_api_key_file and mail.resend_api_key are both set; keep one of them");
  EXPECT_EQ(
      only_problem("[mail]\nresend_api_key_file = \"/absent\"\n"),
      "gatehouse.toml:2: mail.resend_api_key_file names /absent, which is empty or cannot be read; check the path, "
      "and that Gatehouse's user may read it");
}

TEST_F(LoadTest, a_later_source_may_change_the_form_of_a_secret) {
  LoadInput input;
  input.mode = Mode::development;
  input.files = {write("a.toml", "[mail]\nresend_api_key_file = \"/absent\"\n")};
  input.environment = {{"GATEHOUSE_MAIL__RESEND_API_KEY", "said"}};
  const Loaded loaded = load(input);
  EXPECT_EQ(problems(loaded), std::vector<std::string>{});
  EXPECT_EQ(loaded.config.mail.resend_api_key.expose(), "said");
}

TEST_F(LoadTest, clients_take_what_they_do_not_say_from_session_and_token) {
  const Loaded loaded = load_text(
      "[session]\nidle_timeout = \"1h\"\nabsolute_timeout = \"2h\"\n[token]\naudiences = [\"a\", \"b\"]\n"
      "[clients.web]\ntransport = \"cookie\"\norigins = [\"http://localhost:5173\"]\nidle_timeout = \"30m\"\n"
      "[clients.short]\nabsolute_timeout = \"10m\"\n");
  EXPECT_EQ(problems(loaded), std::vector<std::string>{});
  const ClientConfig& web = loaded.config.clients.at("web");
  EXPECT_EQ(web.transport, Transport::cookie);
  EXPECT_EQ(web.idle_timeout, std::chrono::minutes(30));
  EXPECT_EQ(web.absolute_timeout, std::chrono::hours(2));
  EXPECT_EQ(web.audiences, (Texts{"a", "b"}));
  EXPECT_EQ(loaded.config.clients.at("short").idle_timeout, std::chrono::minutes(10));
}

TEST_F(LoadTest, the_least_password_is_shorter_where_everybody_has_a_second_factor) {
  EXPECT_EQ(load_text("[mfa]\nrequired = true\n").config.password.min_length, 8U);
  const Loaded said = load_text("[mfa]\nrequired = true\n[password]\nmin_length = 20\n");
  EXPECT_EQ(said.config.password.min_length, 20U);
  const Loaded low = load_text("[password]\nmin_length = 8\n");
  EXPECT_TRUE(low.problems.empty());
  ASSERT_EQ(low.warnings.size(), 1U);
  EXPECT_EQ(low.warnings.front().key, "password.min_length");
  EXPECT_TRUE(load_text("[mfa]\nrequired = true\n").warnings.empty());
}

TEST_F(LoadTest, public_url_loses_its_slash_and_carries_a_prefix_into_the_links) {
  const Config c =
      load_text("[server]\npublic_url = \"https://example.com/id/\"\n[links]\nmfa = \"https://app.example.com/mfa\"\n")
          .config;
  EXPECT_EQ(c.server.public_url, "https://example.com/id");
  EXPECT_EQ(c.token.issuer, "https://example.com/id");
  EXPECT_EQ(c.links.reset_password, "https://example.com/id/reset-password");
  EXPECT_EQ(c.links.mfa, "https://app.example.com/mfa");
}

TEST_F(LoadTest, with_port_0_the_url_is_given_once_it_is_known) {
  LoadInput input;
  input.mode = Mode::development;
  input.data = ":memory:";
  input.flags = {{"server.listen", "localhost:0"}};
  Config c = load(input).config;
  EXPECT_EQ(c.server.public_url, "");
  EXPECT_EQ(c.database.url.expose(), "sqlite::memory:");
  EXPECT_TRUE(c.in_memory());
  set_public_url(c, "http://localhost:4711");
  EXPECT_EQ(c.token.issuer, "http://localhost:4711");
  EXPECT_EQ(c.links.not_me, "http://localhost:4711/not-me");
}

TEST_F(LoadTest, show_masks_secrets_and_says_where_each_value_comes_from) {
  const Loaded loaded = load_text(
      "[database]\nurl = \"postgresql://app:hunter2@localhost/id\"\n[mail]\nresend_api_key = \"re_hunter2\"\n"
      "[events]\nnats_url = \"nats://hunter2@localhost:4222\"\n[services.desk]\nkey = \"gthk_hunter2\"\n");
  const std::string shown = show(loaded.settings);
  EXPECT_EQ(shown.find("hunter2"), std::string::npos);
  EXPECT_NE(
      shown.find("url = \"postgresql://app:********@localhost/id\"  # " + (folder_ / "gatehouse.toml:2").string()),
      std::string::npos);
  EXPECT_NE(shown.find("nats_url = \"nats://********@localhost:4222\""), std::string::npos);
  EXPECT_NE(shown.find("resend_api_key = \"********\""), std::string::npos);
  EXPECT_NE(shown.find("[services.desk]"), std::string::npos);
  EXPECT_NE(shown.find("migrate = true  # default"), std::string::npos);
  EXPECT_NE(shown.find("# tls_cert is not set"), std::string::npos);
}

TEST_F(LoadTest, what_is_shown_can_be_loaded_again) {
  const Loaded first = load_text("[clients.web]\norigins = [\"http://localhost:5173\"]\n[retention]\nmails = 3\n");
  const Loaded second = load_text(show(first.settings));
  EXPECT_EQ(problems(second), std::vector<std::string>{});
  EXPECT_EQ(second.config.clients.at("web").origins, Texts{"http://localhost:5173"});
  EXPECT_EQ(second.config.retention.mails, std::chrono::hours(72));
}

TEST_F(LoadTest, obstacles_are_problems_and_refusals_with_their_places) {
  const Loaded loaded = load_text("[throttle]\nenabled = false\n[brand]\nnam = \"x\"\n[mail]\nfrom = \"a@b.example\"\n",
                                  Mode::production);
  const Problems all = obstacles(loaded, Facts{});
  const auto told = [&](const std::string& key) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const Problem& p) { return p.key == key; });
    return found == all.end() ? "not told" : std::filesystem::path(found->where).filename().string();
  };
  EXPECT_EQ(told("brand.nam"), "gatehouse.toml:4");
  EXPECT_EQ(told("throttle.enabled"), "gatehouse.toml:2");
  EXPECT_EQ(told("server.public_url"), "");
  EXPECT_EQ(told("keys.encryption_key"), "");
}

TEST_F(LoadTest, a_secret_whose_file_cannot_be_read_is_told_once) {
  const Loaded loaded = load_text("[keys]\nencryption_key_file = \"/absent\"\n", Mode::production);
  const Problems all = obstacles(loaded, Facts{});
  EXPECT_EQ(std::count_if(all.begin(), all.end(),
                          [](const Problem& each) { return each.key.starts_with("keys.encryption_key"); }),
            1);
}

}  // namespace
}  // namespace gatehouse::config
