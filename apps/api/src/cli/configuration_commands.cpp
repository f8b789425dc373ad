#include <cstdio>
#include <thread>

#include "cli/context.hpp"
#include "config/load.hpp"
#include "contracts/generated/openapi_document.hpp"

extern char** environ;

namespace gatehouse::cli {

void add_configuration_commands(CLI::App& app, Context& context) {
  auto* config = app.add_subcommand("config", "Look at the configuration");
  config->require_subcommand(1);

  auto* check = config->add_subcommand("check", "Say everything that is wrong with it");
  context.add_installation_options(*check);
  check->callback([&context] {
    if (context.load_config()) std::puts("the configuration is complete");
  });

  auto* show = config->add_subcommand("show", "Every key with its value and source; secrets are masked");
  context.add_installation_options(*show);
  show->callback([&context] {
    config::LoadInput input;
    input.mode = context.options.dev ? config::Mode::development : config::Mode::production;
    input.files = context.options.files;
    input.environment = config::environment_pairs(environ);
    if (context.options.database) input.flags.emplace_back("database.url", *context.options.database);
    input.data = context.options.data;
    input.cores = std::max(1U, std::thread::hardware_concurrency());
    std::fputs(config::show(config::load(input).settings).c_str(), stdout);
  });

  app.add_subcommand("openapi", "Print the OpenAPI document")->callback([] {
    const auto document = openapi_document();
    std::fwrite(document.data(), 1, document.size(), stdout);
    std::fputc('\n', stdout);
  });

  app.add_subcommand("version", "Print the version")->callback([] { std::puts("gatehouse " GATEHOUSE_VERSION); });
}

}  // namespace gatehouse::cli
