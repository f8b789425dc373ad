#include "cli/context.hpp"

#include <unistd.h>

#include <cstdio>
#include <thread>

#include <CLI/Option.hpp>

#include "auth/crypto/random.hpp"
#include "config/facts.hpp"
#include "config/load.hpp"
#include "config/refusals.hpp"

extern char** environ;

namespace gatehouse::cli {

void Context::add_installation_options(CLI::App& command) {
  command.add_flag("--dev", options.dev, "Development: no configuration needed, loopback only");
  command.add_option("--data", options.data, "The data folder, or :memory: (with --dev)")->type_name("DIR");
  command.add_option("--database", options.database, "sqlite:PATH or postgresql://…")->type_name("URL");
  command.add_option("--config", options.files, "A gatehouse.toml; may be given several times")
      ->type_name("FILE")
      ->check(CLI::ExistingFile);
}

std::optional<config::Config> Context::load_config() {
  config::LoadInput input;
  input.mode = options.dev ? config::Mode::development : config::Mode::production;
  input.files = options.files;
  input.environment = config::environment_pairs(environ);
  if (options.listen) input.flags.emplace_back("server.listen", *options.listen);
  if (options.ops_listen) input.flags.emplace_back("server.ops_listen", *options.ops_listen);
  if (options.database) input.flags.emplace_back("database.url", *options.database);
  input.data = options.data;
  input.cores = std::max(1U, std::thread::hardware_concurrency());
  auto loaded = config::load(input);
  for (const auto& warning : loaded.warnings)
    std::fprintf(stderr, "gatehouse: warning: %s\n", config::to_text(warning).c_str());
  const auto problems = config::obstacles(loaded, config::gather_facts(loaded.config));
  if (problems.empty()) return std::move(loaded.config);
  for (const auto& problem : problems) std::fprintf(stderr, "gatehouse: %s\n", config::to_text(problem).c_str());
  status = 1;
  return std::nullopt;
}

void Context::with_opened(const std::function<Result<>(Installation&)>& work) {
  const auto config = load_config();
  if (!config) return;
  const auto installation = host.open(*config);
  if (!installation) return fail_with(installation.error());
  if (const auto done = work(**installation); !done) fail_with(done.error());
}

void Context::with_installation(const std::function<Result<>(const application::Dependencies&)>& work) {
  with_opened([&](Installation& installation) { return work(installation.deps()); });
}

void Context::fail_with(const Error& error) {
  const ErrorInfo& info = error_info(error.code);
  std::string line = error.detail.empty() ? std::string(info.title) + ": " + std::string(info.mend) : error.detail;
  for (const auto& field : error.fields)
    if (field.detail != error.detail) line += "; " + field.field + ": " + field.detail;
  if (error.detail.empty() && !error.cause.empty()) line += ": " + error.cause;
  std::fprintf(stderr, "gatehouse: %s\n", line.c_str());
  status = 1;
}

application::Caller operator_of_this_machine() {
  const char* login = ::getlogin();
  return application::operator_caller(login != nullptr ? login : "uid-" + std::to_string(::getuid()));
}

application::RequestInfo command_info() { return {.request_id = "cli-" + auth::random_token(12)}; }

}  // namespace gatehouse::cli
