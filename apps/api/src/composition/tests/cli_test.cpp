// The command line over real files: the first administrator, and work beside a running server.
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <sstream>

#include <boost/json/parse.hpp>

#include "cli/command_line.hpp"
#include "composition/host.hpp"
#include "composition/tests/fixture.hpp"
#include "config/load.hpp"
#include "modules/identity/application/authenticate.hpp"

namespace gatehouse::composition::testing {
namespace {

struct Ran {
  int status = 0;
  std::string out, err;
};

struct CommandLine : ::testing::Test {
  CommandLine() : data(std::filesystem::temp_directory_path() / ("gatehouse-cli-" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(data);
    std::filesystem::create_directory(data);
    std::filesystem::permissions(data, std::filesystem::perms::owner_all);
  }
  ~CommandLine() override { std::filesystem::remove_all(data); }

  Ran run(std::vector<std::string> words, const std::string& input = {}) {
    words.insert(words.begin(), "gatehouse");
    words.insert(words.end(), {"--dev", "--data", data.string()});
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    std::istringstream in(input);
    auto* before = std::cin.rdbuf(in.rdbuf());
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    ProgramHost host;
    Ran ran;
    ran.status = cli::run(static_cast<int>(argv.size()), argv.data(), host);
    std::fflush(stdout);
    ran.out = ::testing::internal::GetCapturedStdout();
    ran.err = ::testing::internal::GetCapturedStderr();
    std::cin.rdbuf(before);
    std::cin.clear();
    return ran;
  }

  Ran create(const std::string& email, const std::string& role) {
    return run({"user", "create", "--email", email, "--role", role, "--verified", "--password-stdin", "--json"},
               kPassword + "\n");
  }

  std::filesystem::path data;
};

TEST_F(CommandLine, makes_the_first_administrator_and_keeps_the_last) {
  const auto made = create("admin@example.com", "admin");
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_EQ(boost::json::parse(made.out).at("email").as_string(), "admin@example.com");
  const auto listed = run({"user", "list", "--role", "admin", "--json"});
  EXPECT_EQ(boost::json::parse(listed.out).at("roles").as_array().size(), 2U) << listed.out << listed.err;
  const auto refused = run({"role", "revoke", "admin@example.com", "admin"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_EQ(std::count(refused.err.begin(), refused.err.end(), '\n'), 1) << refused.err;
  EXPECT_EQ(run({"user", "show", "admin@example.com"}).status, 0);
}

TEST_F(CommandLine, says_what_is_wrong_in_one_line_and_by_its_status) {
  EXPECT_EQ(run({"user", "show", "nobody@example.com"}).status, 1);
  EXPECT_EQ(run({"user", "shew", "nobody@example.com"}).status, 2);
  EXPECT_EQ(run({"session", "revoke"}).status, 2);
  const auto weak = run({"user", "create", "--email", "a@example.com", "--password-stdin"}, "short\n");
  EXPECT_EQ(weak.status, 1);
  EXPECT_EQ(weak.err.find("short"), std::string::npos);
}

TEST_F(CommandLine, shows_a_service_key_once_and_rotates_signing_keys) {
  const auto made = run({"service", "create", "accounts", "--permission", "identity.introspect"});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_TRUE(made.out.starts_with("gthk_")) << made.out;
  const auto listed = run({"service", "list", "--json"});
  EXPECT_EQ(listed.out.find("gthk_"), std::string::npos);
  EXPECT_EQ(run({"service", "create", "accounts", "--permission", "identity.introspect"}).status, 1);
  EXPECT_TRUE(run({"service", "rotate", "accounts", "--overlap", "1h"}).out.starts_with("gthk_"));
  EXPECT_EQ(run({"service", "revoke", "accounts"}).status, 0);
  EXPECT_EQ(run({"service", "revoke", "accounts"}).status, 1);

  const auto next = run({"keys", "rotate", "--json"});
  ASSERT_EQ(next.status, 0) << next.err;
  const std::string kid(boost::json::parse(next.out).at("kid").as_string());
  EXPECT_NE(run({"keys", "list"}).out.find(kid), std::string::npos);
  EXPECT_EQ(run({"keys", "retire", "nonesuch"}).status, 1);
}

TEST_F(CommandLine, T35_what_it_ends_a_running_server_refuses_within_a_second) {
  ASSERT_EQ(create("ada@example.com", "support").status, 0);
  auto loaded = config::load({.mode = config::Mode::development, .data = data, .cores = 2});
  adapters::DevClock clock;
  auto server = Core::open(loaded.config, Purpose::server, clock);
  ASSERT_TRUE(server.has_value()) << server.error().detail;
  const auto& deps = (*server)->deps();
  const auto outcome = application::sign_in(
      deps,
      {.email = "ada@example.com", .password = Secret<std::string>(kPassword), .client_id = "", .device_token = {}},
      {.request_id = "r", .traceparent = {}, .ip = "203.0.113.7", .user_agent = "test"});
  ASSERT_EQ(code_of(outcome), "ok");
  const std::string token = std::get<SignedIn>(*outcome).token.expose();
  const application::Authenticator authenticator(deps);
  ASSERT_EQ(code_of(authenticator.session(token)), "ok");
  EXPECT_TRUE(authenticator.session(token)->has_permission("identity.users.read"));

  ASSERT_EQ(run({"role", "revoke", "ada@example.com", "support"}).status, 0);
  std::this_thread::sleep_for(std::chrono::seconds(1));
  EXPECT_FALSE(authenticator.session(token)->has_permission("identity.users.read"));

  const auto ended = run({"session", "revoke", "--user", "ada@example.com", "--reason", "test"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  std::this_thread::sleep_for(std::chrono::seconds(1));
  EXPECT_EQ(code_of(authenticator.session(token)), "no_session");
}

}  // namespace
}  // namespace gatehouse::composition::testing
