#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

#include <CLI/Option.hpp>

#include "cli/context.hpp"
#include "cli/output.hpp"
#include "foundation/time.hpp"

namespace gatehouse::cli {
namespace {

namespace templates = ports::mail_templates;

/// Values as long as real ones get, for every template.
std::map<std::string, std::string> samples(const application::Settings& settings, Timestamp now) {
  const std::string token = "#token=gthv_0000000000000000000000_sampleSampleSampleSampleSampleSampleSample_0000";
  return {{"name", "Ada Lovelace"},
          {"email", "ada.lovelace@a-rather-long-domain.example.com"},
          {"old_email", "ada@example.com"},
          {"new_email", "ada.lovelace@a-rather-long-domain.example.com"},
          {"link", settings.links.reset_password + token},
          {"code", "482916"},
          {"expires_in", "an hour"},
          {"time", to_rfc3339(now)},
          {"until", to_rfc3339(now + std::chrono::hours(24 * 30))},
          {"device", "Firefox on Linux"},
          {"location", "Stockholm, Sweden"},
          {"ip", "2001:db8:85a3:8d3:1319:8a2e:370:7348"},
          {"client", "default"},
          {"provider", "Google"},
          {"factor", "Authenticator app"},
          {"codes_left", "2"},
          {"roles", "support, seller"}};
}

Result<> write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (out) return {};
  return fail(ErrorCode::invalid_request, file.string() + " can't be written: " + std::strerror(errno));
}

Result<> preview(const application::Dependencies& deps, const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return fail(ErrorCode::invalid_request, folder.string() + " can't be made: " + failed.message());
  Table table{{"TEMPLATE", "SUBJECT"}};
  for (const std::string name : templates::kAll) {
    GH_TRY(const auto mail, deps.mail_renderer.render(name, samples(deps.settings, deps.clock.now())));
    GH_CHECK(write(folder / (name + ".html"), mail.html));
    GH_CHECK(write(folder / (name + ".txt"), mail.text));
    table.push_back({name, mail.subject});
  }
  print_table(table);
  return {};
}

}  // namespace

void add_mail_commands(CLI::App& app, Context& context) {
  auto* mail = app.add_subcommand("mail", "What Gatehouse writes to people");
  mail->require_subcommand(1);
  auto* command = mail->add_subcommand("preview", "Write every mail, with sample values and this brand, as files");
  context.add_installation_options(*command);
  const auto folder = std::make_shared<std::filesystem::path>("mail-preview");
  command->add_option("--out", *folder, "The folder for NAME.html and NAME.txt")->type_name("DIR");
  command->callback([&context, folder] {
    context.with_installation([&](const application::Dependencies& deps) { return preview(deps, *folder); });
  });
}

}  // namespace gatehouse::cli
