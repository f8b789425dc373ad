#include <memory>

#include <CLI/Option.hpp>

#include "cli/context.hpp"
#include "cli/output.hpp"
#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/application/admin_sessions.hpp"
#include "modules/identity/application/list_users.hpp"

namespace gatehouse::cli {
namespace {

using application::Dependencies;

struct SessionOptions {
  std::string user, session, reason;
  bool json = false;
};

Result<> print_sessions(const Dependencies& deps, const SessionOptions& options) {
  GH_TRY(const auto user, application::resolve_user(deps, options.user));
  GH_TRY(const auto sessions, application::list_user_sessions(deps, operator_of_this_machine(), user));
  Table table{{"ID", "CLIENT", "DEVICE", "IP", "SINCE", "LAST SEEN"}};
  for (const auto& each : sessions) {
    if (options.json)
      print_json(application::session_json(each, false));
    else
      table.push_back(
          {each.id.str(), each.client_id, each.device, each.ip, shown(each.created_at), shown(each.last_seen_at)});
  }
  if (!options.json) print_table(table);
  return {};
}

Result<> end_by_hand(const Dependencies& deps, const SessionOptions& options) {
  const auto caller = operator_of_this_machine();
  if (options.user.empty()) {
    if (!is_id_text(options.session)) return fail(ErrorCode::not_found, "there is no session " + options.session);
    return application::revoke_session(deps, caller, domain::SessionId(options.session), given(options.reason),
                                       command_info());
  }
  GH_TRY(const auto user, application::resolve_user(deps, options.user));
  GH_TRY(const int ended, application::revoke_user_sessions(deps, caller, user, given(options.reason), command_info()));
  print_table({{std::to_string(ended), "ended"}});
  return {};
}

}  // namespace

void add_session_commands(CLI::App& app, Context& context) {
  auto* session = app.add_subcommand("session", "Who is signed in");
  session->require_subcommand(1);
  const auto options = std::make_shared<SessionOptions>();

  auto* listing = session->add_subcommand("list", "A user's sessions, newest first");
  context.add_installation_options(*listing);
  listing->add_option("user", options->user, "Id or address")->required()->type_name("USER");
  listing->add_flag("--json", options->json, "One JSON object a line");
  listing->callback([&context, options] {
    context.with_installation([&](const Dependencies& deps) { return print_sessions(deps, *options); });
  });

  auto* ending = session->add_subcommand("revoke", "End a session, or all of a user's");
  context.add_installation_options(*ending);
  auto* which = ending->add_option_group("which", "One of the two");
  which->add_option("session", options->session, "The session's id")->type_name("SESSION");
  which->add_option("--user", options->user, "Id or address: all of this user's")->type_name("USER");
  which->require_option(1);
  ending->add_option("--reason", options->reason, "Why, for the audit log");
  ending->callback([&context, options] {
    context.with_installation([&](const Dependencies& deps) { return end_by_hand(deps, *options); });
  });
}

}  // namespace gatehouse::cli
