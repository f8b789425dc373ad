#pragma once
// What every command shares: the options of the whole program, the host, and how a command ends. Each group of commands
// is one file with a function `add_…_commands(App&, Context&)`; a command's callback sets the exit status.
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/host.hpp"
#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/request_info.hpp"

namespace gatehouse::cli {

/// Options that say which installation is meant; every command takes them.
struct InstallationOptions {
  bool dev = false;
  std::string data = "data";
  std::optional<std::string> database;
  std::optional<std::string> listen, ops_listen;
  std::vector<std::filesystem::path> files;
};

struct Context {
  Host& host;
  InstallationOptions options;
  int status = 0;

  /// Adds --dev, --data, --database and --config to a command.
  void add_installation_options(CLI::App& command);
  /// The configuration, complete and checked; every problem is printed, one a line, when it is not.
  std::optional<config::Config> load_config();
  /// Opens the installation and hands it to the work; its error is printed.
  void with_opened(const std::function<Result<>(Installation&)>& work);
  /// The same for work that needs no more than the use cases do.
  void with_installation(const std::function<Result<>(const application::Dependencies&)>& work);
  /// Prints the one line, and sets the exit status.
  void fail_with(const Error& error);
};

/// The operator at the command line, as the audit log names them, and where the command comes from.
application::Caller operator_of_this_machine();
application::RequestInfo command_info();

void add_server_commands(CLI::App& app, Context& context);
void add_configuration_commands(CLI::App& app, Context& context);
void add_user_commands(CLI::App& app, Context& context);
void add_role_commands(CLI::App& app, Context& context);
void add_session_commands(CLI::App& app, Context& context);
void add_service_commands(CLI::App& app, Context& context);
void add_key_commands(CLI::App& app, Context& context);
void add_audit_commands(CLI::App& app, Context& context);
void add_event_commands(CLI::App& app, Context& context);
void add_backup_commands(CLI::App& app, Context& context);
void add_mail_commands(CLI::App& app, Context& context);

}  // namespace gatehouse::cli
