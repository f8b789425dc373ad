#include "adapters/clock/system_clock.hpp"
#include "adapters/oauth/examination.hpp"
#include "adapters/storage/postgres/pooler.hpp"
#include "adapters/storage/sql/fence.hpp"
#include "adapters/storage/sql/migrator.hpp"
#include "adapters/storage/sql/stamp.hpp"
#include "composition/anchor.hpp"
#include "composition/core.hpp"
#include "composition/event_bus.hpp"
#include "composition/host.hpp"
#include "composition/identity_providers.hpp"
#include "composition/mail_service.hpp"

namespace gatehouse::composition {
namespace {

using cli::Finding;

constexpr std::chrono::milliseconds kFeedPatience{2'000};

std::string said(const Error& error) { return error.detail.empty() ? error.cause : error.detail; }

Finding judged(std::string what, const Result<>& result, std::string mend) {
  return {std::move(what), result.has_value(), result ? "" : said(result.error()), std::move(mend)};
}

/// Signs for real, with the key that tokens are signed with.
Result<> sign_something(const application::Dependencies& deps) {
  GH_TRY([[maybe_unused]] const auto jws, deps.signer.sign(ports::SigningPurpose::access_token, "doctor+jws", "{}"));
  return {};
}

Result<> seal_something(const application::Dependencies& deps) {
  GH_TRY(const auto sealed, deps.cipher.seal(ports::DataPurpose::personal_data, "doctor", "doctor"));
  GH_TRY([[maybe_unused]] const auto opened, deps.cipher.open(ports::DataPurpose::personal_data, "doctor", sealed));
  return {};
}

Result<> reach_mail(const config::Config& config) {
  GH_TRY(const auto provider, make_mail_provider(config));
  return provider->check();
}

Result<> reach_broker(const config::Config& config) {
  GH_TRY(const auto bus, make_event_bus(config));
  return bus->check();
}

Finding schema_of(adapters::sql::Driver& driver) {
  adapters::sql::Migrator migrator(driver);
  const auto state = migrator.check();
  if (!state) return judged("schema", fail(state.error()), "");
  if (state->newest == 0) return {"schema", true, "none yet: the first start makes it", ""};
  return {"schema", state->pending.empty(), "number " + std::to_string(state->newest),
          "run `gatehouse migrate`, or start `gatehouse serve`, which migrates"};
}

void examine_providers(const config::Config& config, const ports::Clock& clock, std::vector<Finding>& findings) {
  const auto providers = make_identity_providers(config, clock);
  if (!providers) return findings.push_back(judged("sign-in providers", fail(providers.error()), ""));
  for (const auto& provider : (*providers)->all()) {
    const std::string callback = config.server.public_url + "/v1/oauth/" + provider->facts().name + "/callback";
    for (auto& seen : adapters::oauth::examine(*provider, callback, clock.now()))
      findings.push_back({std::move(seen.what), seen.ok, std::move(seen.detail), std::move(seen.mend)});
  }
}

void examine_installation(const config::Config& config, const ports::Clock& clock, std::vector<Finding>& findings) {
  const auto driver = open_driver(config);
  findings.push_back(judged("database", driver ? Result<>() : Result<>(fail(driver.error())), ""));
  if (!driver) return;
  if ((*driver)->dialect().is_postgres && config.database.pool_size >= 2) {
    findings.push_back(judged("connections", adapters::postgres::refuse_transaction_pooler(**driver), ""));
    if (!findings.back().ok) return;
  }
  findings.push_back(schema_of(**driver));
  const auto core = Core::open(config, Purpose::command, clock);
  findings.push_back(judged("installation", core ? Result<>() : Result<>(fail(core.error())), ""));
  if (!core) return;
  const auto& deps = (*core)->deps();
  findings.push_back(judged("revocations of other processes",
                            adapters::sql::prove_feed((*core)->store().driver(), kFeedPatience),
                            "let database.listen_url name a direct connection, not a pooler in transaction mode"));
  findings.push_back(judged("audit.anchor_file", refuse_older_than_anchor(config, deps), ""));
  findings.push_back(judged("encryption at rest", seal_something(deps), "give back the key-encryption key"));
  findings.push_back(judged("token signing", sign_something(deps), "look at `gatehouse keys list`"));
}

}  // namespace

std::vector<Finding> ProgramHost::examine(const config::Config& config) {
  std::vector<Finding> findings{{"configuration", true, "", ""}};
  const adapters::SystemClock clock;
  examine_installation(config, clock, findings);
  examine_providers(config, clock, findings);
  findings.push_back(
      judged("mail", reach_mail(config), "check `[mail]` and that the provider can be reached from here"));
  if (config.events.bus == config::EventBus::nats)
    findings.push_back(judged("events", reach_broker(config), "check `[events]`; docs/events.md says what it needs"));
  return findings;
}

}  // namespace gatehouse::composition
