#include <cstdio>
#include <fstream>
#include <memory>

#include <CLI/Option.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "cli/context.hpp"
#include "modules/identity/application/audit_json.hpp"
#include "modules/identity/application/verify_audit.hpp"

namespace gatehouse::cli {
namespace {

constexpr int kRowsAtOnce = 1000;

/// The anchor file holds one checkpoint a line; empty lines are passed over.
Result<std::vector<std::string>> read_anchors(const std::string& path) {
  std::vector<std::string> anchors;
  if (path.empty()) return anchors;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    if (!line.empty()) anchors.push_back(line);
  // Not open, or no file at all: a folder opens, and then doesn't read.
  if (!file.eof())
    return fail(ErrorCode::invalid_request, "the anchor file " + path + " can't be read: check its path");
  return anchors;
}

Result<> verify(const application::Dependencies& deps, const std::string& anchor_file, int& status) {
  GH_TRY(const auto anchors, read_anchors(anchor_file));
  GH_TRY(const auto report, application::verify_audit(deps, anchors));
  for (const auto& fault : report.faults) std::printf("FAULT %s\n", fault.c_str());
  std::printf("%s: %lld rows to sequence %lld, %lld checkpoints, %lld unsealed, %lld erased\n",
              report.whole() ? "whole" : "NOT WHOLE", static_cast<long long>(report.rows),
              static_cast<long long>(report.last_sequence), static_cast<long long>(report.checkpoints),
              static_cast<long long>(report.unsealed), static_cast<long long>(report.erased));
  if (report.set_aside > 0)
    std::printf("note: %lld checkpoints speak of rows that were lost to a restore and given up by `gatehouse fence`\n",
                static_cast<long long>(report.set_aside));
  if (!report.whole()) status = 1;
  return {};
}

Result<> export_all(const application::Dependencies& deps) {
  for (std::int64_t next = 1;;) {
    GH_TRY(const auto rows, deps.store.read([&](ports::Tx& tx) { return tx.audit().read_from(next, kRowsAtOnce); }));
    if (rows.empty()) return {};
    for (const auto& row : rows) std::puts(boost::json::serialize(application::audit_json(row)).c_str());
    next = rows.back().sequence.value_or(next) + 1;
  }
}

}  // namespace

void add_audit_commands(CLI::App& app, Context& context) {
  auto* audit = app.add_subcommand("audit", "The audit log");
  audit->require_subcommand(1);

  auto* check = audit->add_subcommand("verify", "Prove that no row was changed, removed or reordered");
  context.add_installation_options(*check);
  const auto anchor = std::make_shared<std::string>();
  check->add_option("--anchor", *anchor, "Checkpoints kept elsewhere, one a line")->type_name("FILE");
  check->callback([&context, anchor] {
    context.with_installation(
        [&](const application::Dependencies& deps) { return verify(deps, *anchor, context.status); });
  });

  auto* out = audit->add_subcommand("export", "Every sealed row as JSON Lines, oldest first");
  context.add_installation_options(*out);
  out->callback([&context] { context.with_installation(export_all); });
}

}  // namespace gatehouse::cli
