#include <cstdio>
#include <memory>

#include <CLI/Option.hpp>

#include "cli/context.hpp"

namespace gatehouse::cli {
namespace {

void print(const MigrationReport& report, bool only_check) {
  for (const auto& name : only_check ? report.pending : report.applied)
    std::printf("%s %s\n", only_check ? "pending" : "applied", name.c_str());
  std::printf("schema %d\n", report.schema);
}

void print(const Finding& finding) {
  std::printf("%-4s %s%s%s\n", finding.ok ? "ok" : "FAIL", finding.what.c_str(), finding.detail.empty() ? "" : ": ",
              finding.detail.c_str());
  if (!finding.ok && !finding.mend.empty()) std::printf("     mend: %s\n", finding.mend.c_str());
}

}  // namespace

void add_server_commands(CLI::App& app, Context& context) {
  auto* serve = app.add_subcommand("serve", "Serve the HTTP API");
  context.add_installation_options(*serve);
  serve->add_option("--listen", context.options.listen, "HOST:PORT; port 0 for any free one")->type_name("HOST:PORT");
  const auto no_workers = std::make_shared<bool>(false);
  serve->add_flag("--no-workers", *no_workers, "Leave mail, events and upkeep to `gatehouse worker`");
  serve->callback([&context, no_workers] {
    auto config = context.load_config();
    if (!config) return;
    if (const auto done = context.host.serve(std::move(*config), !*no_workers); !done) context.fail_with(done.error());
  });

  auto* worker = app.add_subcommand("worker", "Run only the long-runners: events, mail, upkeep");
  context.add_installation_options(*worker);
  // Not server.ops_listen: that port is the server's, which may run beside it with the same configuration.
  worker->add_option("--ops-listen", context.options.ops_listen, "HOST:PORT for health, readiness and metrics")
      ->type_name("HOST:PORT");
  worker->callback([&context] {
    auto config = context.load_config();
    if (!config) return;
    if (!context.options.ops_listen) config->server.ops_listen.clear();
    if (const auto done = context.host.work(std::move(*config)); !done) context.fail_with(done.error());
  });

  auto* migrate = app.add_subcommand("migrate", "Bring the database to this binary's schema");
  context.add_installation_options(*migrate);
  const auto only_check = std::make_shared<bool>(false);
  migrate->add_flag("--check", *only_check, "Only say what is pending; exit status 1 where anything is");
  migrate->callback([&context, only_check] {
    const auto config = context.load_config();
    if (!config) return;
    const auto report = context.host.migrate(*config, *only_check);
    if (!report) return context.fail_with(report.error());
    print(*report, *only_check);
    if (*only_check && !report->pending.empty()) context.status = 1;
  });

  auto* doctor = app.add_subcommand("doctor", "Try every configured dependency for real");
  context.add_installation_options(*doctor);
  doctor->callback([&context] {
    const auto config = context.load_config();
    if (!config) return;
    for (const auto& finding : context.host.examine(*config)) {
      print(finding);
      if (!finding.ok) context.status = 1;
    }
  });
}

}  // namespace gatehouse::cli
