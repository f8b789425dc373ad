#include <cstdio>
#include <memory>

#include <CLI/Option.hpp>
#include <boost/json/object.hpp>

#include "cli/context.hpp"
#include "cli/output.hpp"
#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/application/service_keys.hpp"

namespace gatehouse::cli {
namespace {

using application::Dependencies;

struct ServiceOptions {
  std::string name, expires;
  std::string overlap = "24h";
  std::vector<std::string> permissions;
  bool json = false;
};

boost::json::object service_key_json(const domain::ServiceKey& key) {
  return {{"id", key.id.str()},
          {"service", key.service},
          {"permissions", application::text_array(key.permissions)},
          {"source", domain::to_text(key.source)},
          {"created_at", to_rfc3339(key.created_at)},
          {"expires_at", application::time_or_null(key.expires_at)},
          {"revoked_at", application::time_or_null(key.revoked_at)},
          {"last_used_at", application::time_or_null(key.last_used_at)}};
}

/// The one time that the key is shown.
void print_new_service_key(const application::NewServiceKey& made, bool as_json) {
  if (!as_json) {
    std::puts(made.text.expose().c_str());
    return;
  }
  auto shown_once = service_key_json(made.key);
  shown_once["key"] = made.text.expose();
  print_json(shown_once);
}

Result<> make_service(const Dependencies& deps, const ServiceOptions& options) {
  GH_TRY(const auto expires_at, read_end(options.expires, deps.clock.now()));
  GH_TRY(const auto made, application::create_service(deps, operator_of_this_machine(), options.name,
                                                      options.permissions, expires_at, command_info()));
  print_new_service_key(made, options.json);
  return {};
}

Result<> make_next_key(const Dependencies& deps, const ServiceOptions& options) {
  const auto overlap = parse_duration(options.overlap);
  if (!overlap) return fail(ErrorCode::invalid_request, "--overlap is a duration such as 24h");
  GH_TRY(const auto made,
         application::rotate_service(deps, operator_of_this_machine(), options.name, *overlap, command_info()));
  print_new_service_key(made, options.json);
  return {};
}

Result<> end_service(const Dependencies& deps, const ServiceOptions& options) {
  GH_TRY(const int revoked,
         application::revoke_service(deps, operator_of_this_machine(), options.name, command_info()));
  print_table({{std::to_string(revoked), "revoked"}});
  return {};
}

std::string service_key_state(const domain::ServiceKey& key, Timestamp now) {
  if (key.revoked_at) return "revoked";
  return key.is_live(now) ? "live" : "expired";
}

Result<> print_services(const Dependencies& deps, const ServiceOptions& options) {
  GH_TRY(const auto keys, application::list_services(deps));
  Table table{{"SERVICE", "KEY", "STATE", "SOURCE", "PERMISSIONS", "SINCE", "UNTIL", "LAST USED"}};
  for (const auto& key : keys) {
    if (options.json)
      print_json(service_key_json(key));
    else
      table.push_back({key.service, key.id.str(), service_key_state(key, deps.clock.now()),
                       std::string(domain::to_text(key.source)), shown(key.permissions), shown(key.created_at),
                       shown(key.expires_at), shown(key.last_used_at)});
  }
  if (!options.json) print_table(table);
  return {};
}

using ServiceWork = Result<> (*)(const Dependencies&, const ServiceOptions&);

}  // namespace

void add_service_commands(CLI::App& app, Context& context) {
  auto* service = app.add_subcommand("service", "Programs that call with a key");
  service->require_subcommand(1);
  const auto options = std::make_shared<ServiceOptions>();
  const auto add = [&](const char* name, const char* about, ServiceWork work) {
    auto* command = service->add_subcommand(name, about);
    context.add_installation_options(*command);
    command->callback([&context, options, work] {
      context.with_installation([&](const Dependencies& deps) { return work(deps, *options); });
    });
    return command;
  };
  const auto named = [&](CLI::App* command) {
    command->add_option("name", options->name, "The service")->required()->type_name("NAME");
    return command;
  };

  auto* creating = named(add("create", "Make a service's first key, printed this once", make_service));
  creating->add_option("--permission", options->permissions, "A permission; may be given several times")->required();
  creating->add_option("--expires", options->expires, "RFC 3339, or a duration such as 365d");
  creating->add_flag("--json", options->json, "Print JSON");

  add("list", "Every key, with its last use", print_services)
      ->add_flag("--json", options->json, "One JSON object a line");

  auto* rotating = named(add("rotate", "Make the next key, printed this once", make_next_key));
  rotating->add_option("--overlap", options->overlap, "How long the keys before it stay good [24h]");
  rotating->add_flag("--json", options->json, "Print JSON");

  named(add("revoke", "End every key of a service at once", end_service));
}

}  // namespace gatehouse::cli
