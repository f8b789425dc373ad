#include <memory>

#include <CLI/Option.hpp>
#include <boost/json/object.hpp>

#include "cli/context.hpp"
#include "cli/output.hpp"
#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/application/note_key_change.hpp"

namespace gatehouse::cli {
namespace {

struct KeyOptions {
  std::string kid;
  bool now = false, revoke_old = false, json = false;
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
  GH_TRY(const auto key, installation.rotate_keys(how));
  GH_CHECK(application::note_key_change(installation.deps(), operator_of_this_machine(),
                                        domain::audit_actions::kSigningKeyCreated, key.kid, command_info()));
  print_signing_key(key, options.json);
  return {};
}

Result<> retire_signing_key(Installation& installation, const KeyOptions& options) {
  GH_TRY(const auto key, installation.retire_key(options.kid));
  GH_CHECK(application::note_key_change(installation.deps(), operator_of_this_machine(),
                                        domain::audit_actions::kSigningKeyRetired, key.kid, command_info()));
  print_signing_key(key, options.json);
  return {};
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
}

}  // namespace gatehouse::cli
