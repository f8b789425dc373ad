#include "cli/command_line.hpp"

#include <cstdio>
#include <exception>

#include "cli/context.hpp"

namespace gatehouse::cli {

int run(int argc, char** argv, Host& host) {
  CLI::App app("Gatehouse: who an actor is, and what they may do", "gatehouse");
  app.require_subcommand(1);
  app.set_version_flag("--version", "gatehouse " GATEHOUSE_VERSION);
  Context context{host, {}, 0};
  add_server_commands(app, context);
  add_configuration_commands(app, context);
  add_user_commands(app, context);
  add_role_commands(app, context);
  add_session_commands(app, context);
  add_service_commands(app, context);
  add_key_commands(app, context);
  add_audit_commands(app, context);
  add_event_commands(app, context);
  add_backup_commands(app, context);
  add_mail_commands(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gatehouse: an unexpected fault: %s; please report it\n", error.what());
    return 1;
  }
  return context.status;
}

}  // namespace gatehouse::cli
