#include <cstdio>
#include <memory>

#include <CLI/Option.hpp>
#include <boost/json/object.hpp>

#include "cli/context.hpp"
#include "cli/output.hpp"
#include "modules/identity/application/actor_json.hpp"

namespace gatehouse::cli {
namespace {

struct KeyOptions {
  std::string kid;
  bool now = false, revoke_old = false, json = false, new_data_keys = false;
  std::string old_key_file;
};

std::vector<std::string> signing_key_row(const domain::SigningKey& key) {
  return {key.kid,
          std::string(domain::to_text(key.algorithm)),
          std::string(domain::to_text(key.purpose)),
          std::string(domain::to_text(key.state)),
          std::string(domain::to_text(key.provider)),
          shown(key.created_at),
          shown(key.activated_at),
          shown(key.retired_at)};
}

boost::json::object signing_key_json(const domain::SigningKey& key) {
  return {{"kid", key.kid},
          {"algorithm", domain::to_text(key.algorithm)},
          {"purpose", domain::to_text(key.purpose)},
          {"state", domain::to_text(key.state)},
          {"provider", domain::to_text(key.provider)},
          {"created_at", to_rfc3339(key.created_at)},
          {"activated_at", application::time_or_null(key.activated_at)},
          {"retired_at", application::time_or_null(key.retired_at)}};
}

void print_signing_key(const domain::SigningKey& key, bool as_json) {
  if (as_json)
    print_json(signing_key_json(key));
  else
    print_table({signing_key_row(key)});
}

Result<> print_keys(Installation& installation, const KeyOptions& options) {
  GH_TRY(const auto keys, installation.list_keys());
  Table table{{"KID", "ALGORITHM", "PURPOSE", "STATE", "PROVIDER", "SINCE", "ACTIVE SINCE", "RETIRED"}};
  for (const auto& key : keys) {
    if (options.json)
      print_json(signing_key_json(key));
    else
      table.push_back(signing_key_row(key));
  }
  if (!options.json) print_table(table);
  return {};
}

Result<> rotate_signing_key(Installation& installation, const KeyOptions& options) {
  const auto how = options.revoke_old ? KeyRotation::at_once_and_revoke_old
                   : options.now      ? KeyRotation::at_once
                                      : KeyRotation::publish_first;
  GH_TRY(const auto key, installation.rotate_keys(how, {operator_of_this_machine(), command_info()}));
  print_signing_key(key, options.json);
  return {};
}

Result<> retire_signing_key(Installation& installation, const KeyOptions& options) {
  GH_TRY(const auto key, installation.retire_key(options.kid, {operator_of_this_machine(), command_info()}));
  print_signing_key(key, options.json);
  return {};
}

void print_rewrap(const application::RewrapReport& report, bool as_json) {
  if (as_json) {
    boost::json::object values;
    for (const auto& kind : report.values)
      values[kind.name] =
          boost::json::object{{"moved", kind.moved}, {"present", kind.present}, {"unreadable", kind.unreadable}};
    return print_json(boost::json::object{{"wrapped_anew", report.wrapped_anew},
                                          {"data_keys_made", report.data_keys_made},
                                          {"values", std::move(values)}});
  }
  std::printf("data keys: %d wrapped anew, %d made\n", report.wrapped_anew, report.data_keys_made);
  Table table{{"VALUES", "MOVED", "ALREADY THERE", "UNREADABLE"}};
  for (const auto& kind : report.values)
    table.push_back({std::string(kind.name), std::to_string(kind.moved), std::to_string(kind.present),
                     std::to_string(kind.unreadable)});
  print_table(table);
}

void rewrap_keys(Context& context, const KeyOptions& options) {
  const auto config = context.load_config();
  if (!config) return;
  RewrapWishes wishes{options.new_data_keys, {}};
  if (!options.old_key_file.empty()) wishes.old_key_file = options.old_key_file;
  const auto report = context.host.rewrap(*config, wishes, {operator_of_this_machine(), command_info()});
  if (!report) return context.fail_with(report.error());
  print_rewrap(*report, options.json);
  if (report->unreadable() == 0) return;
  std::fprintf(stderr, "gatehouse: %lld values open with no key there is; they were left as they are\n",
               static_cast<long long>(report->unreadable()));
  context.status = 1;
}

void add_rewrap_command(CLI::App& keys, Context& context, const std::shared_ptr<KeyOptions>& options) {
  auto* command =
      keys.add_subcommand("rewrap", "Move everything that is sealed to the newest keys, beside a running server");
  context.add_installation_options(*command);
  command->add_flag("--json", options->json, "Print JSON");
  auto* fresh = command->add_flag("--new-data-keys", options->new_data_keys, "Make new data keys first");
  command
      ->add_option("--old-key-file", options->old_key_file,
                   "The key-encryption key that the database is under, where the configuration names a new one")
      ->type_name("FILE")
      ->excludes(fresh);
  command->callback([&context, options] { rewrap_keys(context, *options); });
}

using KeyWork = Result<> (*)(Installation&, const KeyOptions&);

}  // namespace

void add_key_commands(CLI::App& app, Context& context) {
  auto* keys = app.add_subcommand("keys", "Keys that sign tokens and audit checkpoints");
  keys->require_subcommand(1);
  const auto options = std::make_shared<KeyOptions>();
  const auto add = [&](const char* name, const char* about, KeyWork work) {
    auto* command = keys->add_subcommand(name, about);
    context.add_installation_options(*command);
    command->add_flag("--json", options->json, "Print JSON");
    command->callback([&context, options, work] {
      context.with_opened([&](Installation& installation) { return work(installation, *options); });
    });
    return command;
  };
  add("list", "Every key and its state", print_keys);
  auto* rotating = add("rotate", "Make the next signing key; it signs once verifiers know it", rotate_signing_key);
  rotating->add_flag("--now", options->now, "Sign with it at once; verifiers must read the key set again");
  rotating->add_flag("--revoke-old", options->revoke_old, "And withdraw the old ones: every token out there is dead");
  add("retire", "Stop publishing a key that waits or is retired", retire_signing_key)
      ->add_option("kid", options->kid, "The key")
      ->required()
      ->type_name("KID");
  add_rewrap_command(*keys, context, options);
}

}  // namespace gatehouse::cli
