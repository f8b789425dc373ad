#include <memory>

#include <CLI/Option.hpp>
#include <boost/json/object.hpp>

#include "cli/context.hpp"
#include "cli/output.hpp"
#include "modules/identity/application/admin_reports.hpp"
#include "modules/identity/application/assign_role.hpp"
#include "modules/identity/application/list_users.hpp"

namespace gatehouse::cli {
namespace {

using application::Dependencies;

struct RoleOptions {
  std::string user, role, expires, reason;
  bool json = false;
};

Result<> grant_role(const Dependencies& deps, const RoleOptions& options) {
  GH_TRY(const auto user, application::resolve_user(deps, options.user));
  GH_TRY(const auto expires_at, read_end(options.expires, deps.clock.now()));
  GH_TRY(const auto given_role,
         application::assign_role(deps, operator_of_this_machine(), user,
                                  {options.role, expires_at, given(options.reason)}, command_info()));
  print_table({{user.str(), given_role.role, "until " + shown(given_role.expires_at)}});
  return {};
}

Result<> take_role(const Dependencies& deps, const RoleOptions& options) {
  GH_TRY(const auto user, application::resolve_user(deps, options.user));
  return application::revoke_role(deps, operator_of_this_machine(), user, options.role, given(options.reason),
                                  command_info());
}

Result<> print_roles_of(const Dependencies& deps, const RoleOptions& options) {
  GH_TRY(const auto user, application::resolve_user(deps, options.user));
  GH_TRY(const auto roles, application::list_user_roles(deps, operator_of_this_machine(), user));
  Table table{{"ROLE", "BY", "SINCE", "UNTIL", "REASON"}};
  for (const auto& each : roles) {
    if (options.json)
      print_json(application::role_assignment_json(each));
    else
      table.push_back({each.role, each.granted_by.empty() ? "-" : each.granted_by, shown(each.created_at),
                       shown(each.expires_at), each.reason.value_or("-")});
  }
  if (!options.json) print_table(table);
  return {};
}

Result<> print_all_roles(const Dependencies& deps, const RoleOptions& options) {
  Table table{{"ROLE", "PERMITS"}};
  for (const auto& role : deps.settings.roles.names()) {
    if (options.json)
      print_json(application::role_json(deps.settings, role));
    else
      table.push_back({role, shown(deps.settings.roles.permissions_of(role))});
  }
  if (!options.json) print_table(table);
  return {};
}

}  // namespace

void add_role_commands(CLI::App& app, Context& context) {
  auto* role = app.add_subcommand("role", "What people may do");
  role->require_subcommand(1);
  const auto options = std::make_shared<RoleOptions>();
  const auto add = [&](const char* name, const char* about) {
    auto* command = role->add_subcommand(name, about);
    context.add_installation_options(*command);
    return command;
  };

  auto* giving = add("grant", "Give a role, or renew its end");
  giving->add_option("user", options->user, "Id or address")->required()->type_name("USER");
  giving->add_option("role", options->role, "The role")->required()->type_name("ROLE");
  giving->add_option("--expires", options->expires, "RFC 3339, or a duration such as 30d");
  giving->add_option("--reason", options->reason, "Why, for the audit log");
  giving->callback([&context, options] {
    context.with_installation([&](const Dependencies& deps) { return grant_role(deps, *options); });
  });

  auto* taking = add("revoke", "Take a role away");
  taking->add_option("user", options->user, "Id or address")->required()->type_name("USER");
  taking->add_option("role", options->role, "The role")->required()->type_name("ROLE");
  taking->add_option("--reason", options->reason, "Why, for the audit log");
  taking->callback([&context, options] {
    context.with_installation([&](const Dependencies& deps) { return take_role(deps, *options); });
  });

  auto* listing = add("list", "A user's roles, or all that are configured");
  listing->add_option("user", options->user, "Id or address")->type_name("USER");
  listing->add_flag("--json", options->json, "One JSON object a line");
  listing->callback([&context, options] {
    context.with_installation([&](const Dependencies& deps) {
      return options->user.empty() ? print_all_roles(deps, *options) : print_roles_of(deps, *options);
    });
  });
}

}  // namespace gatehouse::cli
