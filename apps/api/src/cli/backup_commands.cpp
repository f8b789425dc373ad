#include <cstdio>
#include <memory>

#include <CLI/Option.hpp>

#include "cli/context.hpp"

namespace gatehouse::cli {
namespace {

std::shared_ptr<std::string> add_backup_file(CLI::App& command, const char* about) {
  auto file = std::make_shared<std::string>();
  command.add_option("file", *file, about)->required()->type_name("FILE");
  return file;
}

void print_backup(const BackupReport& report) {
  std::printf("%s: %llu bytes\nKeep besides, elsewhere than beside the backup:\n", report.file.c_str(),
              static_cast<unsigned long long>(report.bytes));
  for (const auto& sentence : report.keep_besides) std::printf("- %s\n", sentence.c_str());
}

void print_fence(const FenceReport& report) {
  std::printf(
      "fenced: %lld sessions ended, %lld mailed tokens and %lld challenges deleted, %lld authenticators moved\n",
      static_cast<long long>(report.sessions), static_cast<long long>(report.tokens),
      static_cast<long long>(report.challenges), static_cast<long long>(report.factors));
  std::printf("audit: a new segment begins after row %lld", static_cast<long long>(report.segment_after));
  if (report.last_known > report.segment_after)
    std::printf("; the anchor file knew row %lld, so rows were lost", static_cast<long long>(report.last_known));
  std::printf("\n");
}

void fence_and_print(Context& context, const config::Config& config) {
  const auto report = context.host.fence(config, operator_of_this_machine());
  if (!report) return context.fail_with(report.error());
  print_fence(*report);
}

}  // namespace

void add_backup_commands(CLI::App& app, Context& context) {
  auto* backup = app.add_subcommand("backup", "Copy the database to a new file, also while it is served");
  context.add_installation_options(*backup);
  const auto target = add_backup_file(*backup, "The file to write; it must not exist");
  backup->callback([&context, target] {
    const auto config = context.load_config();
    if (!config) return;
    const auto report = context.host.back_up(*config, *target);
    if (!report) return context.fail_with(report.error());
    print_backup(*report);
  });

  auto* restore = app.add_subcommand("restore", "Put a backup in the database's place, and fence it");
  context.add_installation_options(*restore);
  const auto source = add_backup_file(*restore, "What `gatehouse backup` wrote");
  restore->callback([&context, source] {
    const auto config = context.load_config();
    if (!config) return;
    if (const auto done = context.host.restore(*config, *source); !done) return context.fail_with(done.error());
    std::printf("restored %s\n", source->c_str());
    fence_and_print(context, *config);
    if (context.status != 0)
      std::fprintf(stderr, "gatehouse: the backup is in place, but no server starts on it before `gatehouse fence`\n");
  });

  auto* fence = app.add_subcommand(
      "fence", "After a database was set back: end sessions, void tokens, begin a new segment of the audit log");
  context.add_installation_options(*fence);
  fence->callback([&context] {
    const auto config = context.load_config();
    if (config) fence_and_print(context, *config);
  });
}

}  // namespace gatehouse::cli
