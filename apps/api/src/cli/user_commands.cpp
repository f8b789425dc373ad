#include <memory>

#include <CLI/Option.hpp>

#include "cli/context.hpp"
#include "cli/output.hpp"
#include "modules/identity/application/assign_role.hpp"
#include "modules/identity/application/list_users.hpp"
#include "modules/identity/application/provision_user.hpp"
#include "modules/identity/application/update_user.hpp"

namespace gatehouse::cli {
namespace {

using application::Dependencies;

struct UserCreateOptions {
  std::string email, name;
  std::vector<std::string> roles;
  bool verified = false, password_stdin = false, json = false;
};

struct UserListOptions {
  std::string query, status, role;
  int limit = 100;
  bool json = false;
};

struct UserOptions {
  std::string user, reason;
  bool json = false;
};

Result<> make_user(const Dependencies& deps, const UserCreateOptions& options) {
  application::ProvisionInput input;
  input.email = options.email;
  input.name = given(options.name);
  input.roles = options.roles;
  input.verified = options.verified;
  if (options.password_stdin) {
    GH_TRY(input.password, read_password_line());
  }
  GH_TRY(const auto view, application::provision_user(deps, input, operator_of_this_machine(), command_info()));
  if (options.json)
    print_json(application::user_json(view));
  else
    print_table({{view.user.id.str(), view.user.email, shown(view.roles)}});
  return {};
}

std::vector<std::string> user_row(const application::AdminUser& each) {
  const domain::User& user = each.view.user;
  return {user.id.str(),
          user.email,
          std::string(domain::to_text(user.status)),
          user.email_verified() ? "yes" : "no",
          shown(each.view.roles),
          shown(user.last_sign_in_at)};
}

Result<> print_users(const Dependencies& deps, const UserListOptions& options) {
  constexpr int kPage = 200;
  const application::UserQuery query{
      given(options.query), std::nullopt, {}, given(options.status), given(options.role)};
  const auto caller = operator_of_this_machine();
  Table table{{"ID", "EMAIL", "STATUS", "VERIFIED", "ROLES", "LAST SIGN-IN"}};
  ports::PageRequest page;
  for (int left = options.limit; left > 0;) {
    page.limit = std::min(left, kPage);
    GH_TRY(const auto found, application::list_users(deps, caller, query, page));
    for (const auto& each : found.items) {
      if (options.json)
        print_json(application::admin_user_json(each, application::Detail::listed));
      else
        table.push_back(user_row(each));
    }
    // A page may be short with more behind it.
    left -= static_cast<int>(found.items.size());
    page.after = found.next;
    if (!found.next) break;
  }
  if (!options.json) print_table(table);
  return {};
}

Result<> show_user(const Dependencies& deps, const UserOptions& options) {
  GH_TRY(const auto id, application::resolve_user(deps, options.user));
  GH_TRY(const auto user, application::get_user(deps, operator_of_this_machine(), id));
  print_json(application::admin_user_json(user));
  return {};
}

Result<> set_user_status(const Dependencies& deps, const UserOptions& options, domain::UserStatus status) {
  GH_TRY(const auto id, application::resolve_user(deps, options.user));
  application::UserPatch patch;
  patch.status = status;
  patch.reason = given(options.reason);
  GH_TRY(const auto user, application::update_user(deps, operator_of_this_machine(), id, patch,
                                                   application::ExpectedVersion(), command_info()));
  print_table({user_row(user)});
  return {};
}

Result<> close_user(const Dependencies& deps, const UserOptions& options) {
  GH_TRY(const auto id, application::resolve_user(deps, options.user));
  GH_CHECK(application::delete_user(deps, operator_of_this_machine(), id, given(options.reason),
                                    application::ExpectedVersion(), command_info()));
  GH_TRY(const auto user, application::get_user(deps, operator_of_this_machine(), id));
  print_table({{id.str(), "to be erased at", shown(user.view.user.deletion_due_at)}});
  return {};
}

CLI::App* add_user_command(CLI::App& to, Context& context, const char* name, const char* about,
                           const std::shared_ptr<UserOptions>& options) {
  auto* command = to.add_subcommand(name, about);
  context.add_installation_options(*command);
  command->add_option("user", options->user, "Id or address")->required()->type_name("USER");
  return command;
}

void add_user_create(CLI::App& user, Context& context) {
  auto* command = user.add_subcommand("create", "Make a user; also how the first administrator is made");
  context.add_installation_options(*command);
  const auto options = std::make_shared<UserCreateOptions>();
  command->add_option("--email", options->email, "The address")->required();
  command->add_option("--name", options->name, "The name");
  command->add_option("--role", options->roles, "A role; may be given several times");
  command->add_flag("--verified", options->verified, "The address is confirmed already");
  command->add_flag("--password-stdin", options->password_stdin, "Read the password from standard input");
  command->add_flag("--json", options->json, "Print JSON");
  command->callback([&context, options] {
    context.with_installation([&](const Dependencies& deps) { return make_user(deps, *options); });
  });
}

void add_user_list(CLI::App& user, Context& context) {
  auto* command = user.add_subcommand("list", "Users, newest first");
  context.add_installation_options(*command);
  const auto options = std::make_shared<UserListOptions>();
  command->add_option("--query", options->query, "A prefix of address or name, or an id");
  command->add_option("--status", options->status, "active, disabled or pending_deletion");
  command->add_option("--role", options->role, "Only who has this role");
  command->add_option("--limit", options->limit, "How many at most")->check(CLI::PositiveNumber);
  command->add_flag("--json", options->json, "One JSON object a line");
  command->callback([&context, options] {
    context.with_installation([&](const Dependencies& deps) { return print_users(deps, *options); });
  });
}

}  // namespace

void add_user_commands(CLI::App& app, Context& context) {
  auto* user = app.add_subcommand("user", "People");
  user->require_subcommand(1);
  add_user_create(*user, context);
  add_user_list(*user, context);

  const auto options = std::make_shared<UserOptions>();
  add_user_command(*user, context, "show", "A user as JSON", options)->callback([&context, options] {
    context.with_installation([&](const Dependencies& deps) { return show_user(deps, *options); });
  });
  const auto with_reason = [&](CLI::App* command) {
    command->add_option("--reason", options->reason, "Why, for the audit log");
    return command;
  };
  with_reason(add_user_command(*user, context, "disable", "End everything and refuse sign-ins", options))
      ->callback([&context, options] {
        context.with_installation(
            [&](const Dependencies& deps) { return set_user_status(deps, *options, domain::UserStatus::disabled); });
      });
  with_reason(add_user_command(*user, context, "enable", "Let them sign in again; takes a deletion back", options))
      ->callback([&context, options] {
        context.with_installation(
            [&](const Dependencies& deps) { return set_user_status(deps, *options, domain::UserStatus::active); });
      });
  with_reason(add_user_command(*user, context, "delete", "Close the account; erased after the grace period", options))
      ->callback([&context, options] {
        context.with_installation([&](const Dependencies& deps) { return close_user(deps, *options); });
      });
}

}  // namespace gatehouse::cli
