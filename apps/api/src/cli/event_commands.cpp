#include <cstdint>
#include <cstdio>
#include <memory>

#include <CLI/Option.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "cli/context.hpp"
#include "cli/output.hpp"
#include "modules/identity/application/cloud_event.hpp"
#include "modules/identity/application/feeds.hpp"

namespace gatehouse::cli {
namespace {

constexpr int kEventsAtOnce = 500;

struct EventOptions {
  std::int64_t from = 0, to = 0;
  std::string topic;
  std::uint64_t letter = 0;
  bool json = false;
};

/// The batch as messages, without what lies behind `to`.
std::vector<ports::BusMessage> replayed(const std::string& issuer, const std::vector<domain::OutboxEvent>& events,
                                        std::int64_t to) {
  std::vector<ports::BusMessage> messages;
  for (const auto& event : events)
    if (to == 0 || event.sequence.value_or(0) <= to)
      messages.push_back(
          {event.event_id.str(), event.topic, boost::json::serialize(application::cloud_event(issuer, event)), true});
  return messages;
}

Result<> replay(Installation& installation, const EventOptions& options) {
  const auto& deps = installation.deps();
  GH_TRY(const auto bus, installation.event_bus());
  std::size_t count = 0;
  for (std::int64_t after = options.from - 1;;) {
    GH_TRY(const auto events, application::read_events(deps, after, options.topic, kEventsAtOnce));
    const auto messages = replayed(deps.settings.issuer, events, options.to);
    for (const auto& published : bus->publish(messages)) GH_CHECK(published);
    count += messages.size();
    if (messages.size() < static_cast<std::size_t>(kEventsAtOnce)) break;
    after = events.back().sequence.value_or(after);
  }
  print_table({{std::to_string(count), "published again"}});
  return {};
}

std::string reason_of(const boost::json::value& letter) {
  const auto* event = letter.if_object();
  const auto* data = event == nullptr ? nullptr : event->if_contains("data");
  const auto* fields = data == nullptr ? nullptr : data->if_object();
  const auto* reason = fields == nullptr ? nullptr : fields->if_contains("reason");
  return reason == nullptr || !reason->is_string() ? "-" : std::string(reason->get_string());
}

Result<> list_letters(Installation& installation, const EventOptions& options) {
  GH_TRY(const auto dead, installation.dead_letters());
  Table table{{"LETTER", "SUBJECT", "REASON"}};
  for (std::uint64_t after = 0;;) {
    GH_TRY(const auto letters, dead->list(after, kEventsAtOnce));
    for (const auto& each : letters) {
      boost::system::error_code malformed;
      const auto event = boost::json::parse(each.json, malformed);
      if (options.json)
        print_json(boost::json::object{{"letter", each.sequence}, {"event", event}});
      else
        table.push_back({std::to_string(each.sequence), each.subject, reason_of(event)});
      after = each.sequence;
    }
    if (letters.size() < static_cast<std::size_t>(kEventsAtOnce)) break;
  }
  if (!options.json) print_table(table);
  return {};
}

Result<> retry_letter(Installation& installation, const EventOptions& options) {
  GH_TRY(const auto dead, installation.dead_letters());
  return dead->retry(options.letter);
}

}  // namespace

void add_event_commands(CLI::App& app, Context& context) {
  auto* events = app.add_subcommand("events", "What was published, and what could not be carried out");
  events->require_subcommand(1);
  const auto options = std::make_shared<EventOptions>();
  const auto add = [&](CLI::App& to, const char* name, const char* about, auto work) {
    auto* command = to.add_subcommand(name, about);
    context.add_installation_options(*command);
    command->callback([&context, options, work] {
      context.with_opened([&](Installation& installation) { return work(installation, *options); });
    });
    return command;
  };

  auto* again = add(*events, "replay", "Publish kept events again, with their ids and Gatehouse-Replay: true", replay);
  again->add_option("--from", options->from, "The first sequence")
      ->required()
      ->type_name("SEQ")
      ->check(CLI::PositiveNumber);
  again->add_option("--to", options->to, "The last sequence [the newest]")
      ->type_name("SEQ")
      ->check(CLI::PositiveNumber);
  again->add_option("--topic", options->topic, "Only this topic")->type_name("TOPIC");

  auto* dead = events->add_subcommand("dead", "Messages that could not be carried out");
  dead->require_subcommand(1);
  add(*dead, "list", "The dead letters, oldest first", list_letters)
      ->add_flag("--json", options->json, "One JSON object a line");
  add(*dead, "retry", "Put the original on its old subject again, and remove the letter", retry_letter)
      ->add_option("letter", options->letter, "Its number, as list shows it")
      ->required()
      ->type_name("LETTER");
}

}  // namespace gatehouse::cli
