#include "adapters/bus/nats/nats_link.hpp"

#include <mutex>
#include <optional>
#include <sstream>
#include <utility>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "adapters/bus/nats/nats_types.hpp"
#include "observability/log.hpp"

namespace gatehouse::adapters::bus {
namespace {

using std::chrono::steady_clock;

constexpr auto kBetweenAttempts = std::chrono::milliseconds(500);
constexpr std::int64_t kNanos = 1'000'000'000;
constexpr std::int64_t kRememberIds = 600 * kNanos;

std::vector<std::string> split(const std::string& urls) {
  std::vector<std::string> list;
  std::stringstream stream(urls);
  for (std::string url; std::getline(stream, url, ',');) {
    if (!url.empty()) list.push_back(url);
  }
  return list;
}

natsStatus apply_tls(natsOptions* options, const NatsSettings& settings, const std::vector<std::string>& urls) {
  if (!settings.ca_file.empty()) {
    const natsStatus status = natsOptions_LoadCATrustedCertificates(options, settings.ca_file.c_str());
    if (status != NATS_OK) return status;
  }
  if (!urls.front().starts_with("tls://")) return NATS_OK;
  if (const natsStatus status = natsOptions_SetSecure(options, true); status != NATS_OK) return status;
  const auto url = boost::urls::parse_uri(urls.front());
  if (urls.size() > 1 || !url) return NATS_OK;
  return natsOptions_SetExpectedHostname(options, std::string(url->host()).c_str());
}

natsStatus apply(natsOptions* options, const NatsSettings& settings) {
  const auto urls = split(settings.urls.expose());
  if (urls.empty()) return NATS_INVALID_ARG;
  std::vector<const char*> servers;
  for (const auto& url : urls) servers.push_back(url.c_str());
  natsStatus status = natsOptions_SetServers(options, servers.data(), static_cast<int>(servers.size()));
  if (status == NATS_OK) status = natsOptions_SetName(options, "gatehouse");
  if (status == NATS_OK) status = natsOptions_SetTimeout(options, settings.connect_timeout.count());
  if (status == NATS_OK) status = natsOptions_SetMaxReconnect(options, -1);
  if (status == NATS_OK) status = natsOptions_SetReconnectWait(options, 500);
  if (status == NATS_OK) status = natsOptions_SetPingInterval(options, 5'000);
  if (status == NATS_OK) status = natsOptions_SetMaxPingsOut(options, 2);
  if (status == NATS_OK) status = natsOptions_SetWriteDeadline(options, 5'000);
  if (status == NATS_OK && !settings.credentials_file.empty())
    status = natsOptions_SetUserCredentialsFromFiles(options, settings.credentials_file.c_str(), nullptr);
  return status == NATS_OK ? apply_tls(options, settings, urls) : status;
}

bool covers(const std::string& pattern, const std::string& subject) {
  if (pattern == subject || pattern == ">") return true;
  return pattern.ends_with(".>") && subject.starts_with(pattern.substr(0, pattern.size() - 1));
}

Result<> create_stream(jsCtx* context, const StreamSettings& stream, int replicas) {
  jsStreamConfig config;
  jsStreamConfig_Init(&config);
  const char* subjects[] = {stream.subject.c_str()};
  config.Name = stream.name.c_str();
  config.Subjects = subjects;
  config.SubjectsLen = 1;
  config.Storage = js_FileStorage;
  config.Discard = js_DiscardNew;
  config.Duplicates = kRememberIds;
  config.MaxAge = std::chrono::duration_cast<std::chrono::nanoseconds>(stream.max_age).count();
  config.Replicas = replicas;
  jsStreamInfo* made = nullptr;
  jsErrCode code{};
  const natsStatus status = js_AddStream(&made, context, &config, nullptr, &code);
  const NatsOwner<jsStreamInfo> owner(made);
  if (status != NATS_OK) return nats_failure("creating stream " + stream.name, status);
  observability::log(observability::Level::info, "nats_stream_created", {{"stream", stream.name}});
  return {};
}

/// What somebody made may be meant so; it is not refused, but said once a connection.
void warn_of_weakness(const jsStreamConfig& config) {
  const auto warn = [&](const char* why) {
    observability::log(observability::Level::warning, "nats_stream_weak", {{"stream", config.Name}, {"why", why}});
  };
  const bool has_limit = config.MaxMsgs > 0 || config.MaxBytes > 0 || config.MaxMsgsPerSubject > 0;
  if (config.Storage == js_MemoryStorage) warn("it is kept in memory: a restart of the broker loses it");
  if (config.Discard == js_DiscardOld && has_limit) warn("full, it drops old events, read or not");
  if (config.Duplicates < kRememberIds / 5) warn("it remembers ids for less than two minutes");
}

Result<> ensure_stream(jsCtx* context, const StreamSettings& stream, const NatsSettings& settings) {
  jsStreamInfo* info = nullptr;
  jsErrCode code{};
  const natsStatus status = js_GetStreamInfo(&info, context, stream.name.c_str(), nullptr, &code);
  const NatsOwner<jsStreamInfo> owner(info);
  if (status == NATS_NOT_FOUND) {
    if (settings.create_streams) return create_stream(context, stream, settings.replicas);
    return unavailable("NATS: stream " + stream.name + " is missing, and events.create_streams is off");
  }
  if (status != NATS_OK) return nats_failure("looking at stream " + stream.name, status);
  if (info->Config->NoAck) return unavailable("NATS: stream " + stream.name + " gives no acknowledgements");
  for (int i = 0; i < info->Config->SubjectsLen; ++i) {
    if (!covers(info->Config->Subjects[i], stream.subject)) continue;
    warn_of_weakness(*info->Config);
    return {};
  }
  return unavailable("NATS: stream " + stream.name + " does not hold " + stream.subject);
}

}  // namespace

struct NatsLink::Impl {
  std::mutex mutex;
  std::shared_ptr<natsConnection> connection;
  std::uint64_t generation = 0;
  bool streams_seen = false;
  steady_clock::time_point next_attempt{};
  std::string last_cause = "not connected";

  Result<> connect(const NatsSettings& settings) {
    natsOptions* made = nullptr;
    natsStatus status = natsOptions_Create(&made);
    const NatsOwner<natsOptions> options(made);
    if (status == NATS_OK) status = apply(options.get(), settings);
    if (status != NATS_OK) return nats_failure("settings", status);
    natsConnection* fresh = nullptr;
    status = natsConnection_Connect(&fresh, options.get());
    if (status != NATS_OK) return nats_failure("connecting", status);
    connection.reset(fresh, natsConnection_Destroy);
    ++generation;
    streams_seen = false;
    return {};
  }

  Result<> see_streams(const NatsSettings& settings) {
    jsOptions options;
    jsOptions_Init(&options);
    options.Wait = settings.connect_timeout.count();
    GH_TRY(const auto context, jetstream(connection.get(), &options));
    for (const auto& stream : settings.streams) GH_CHECK(ensure_stream(context.get(), stream, settings));
    streams_seen = true;
    return {};
  }

  Result<> make_usable(const NatsSettings& settings) {
    if (!connection || natsConnection_IsClosed(connection.get())) GH_CHECK(connect(settings));
    if (natsConnection_Status(connection.get()) != NATS_CONN_STATUS_CONNECTED)
      return unavailable("NATS: connection lost, reconnecting");
    if (!streams_seen) GH_CHECK(see_streams(settings));
    return {};
  }
};

NatsLink::NatsLink(NatsSettings settings) : settings_(std::move(settings)), impl_(std::make_unique<Impl>()) {}
NatsLink::~NatsLink() = default;

Result<NatsLink::Session> NatsLink::session() {
  std::lock_guard lock(impl_->mutex);
  const bool usable = impl_->connection && impl_->streams_seen &&
                      natsConnection_Status(impl_->connection.get()) == NATS_CONN_STATUS_CONNECTED;
  if (!usable) {
    if (steady_clock::now() < impl_->next_attempt) return unavailable(impl_->last_cause);
    if (auto made = impl_->make_usable(settings_); !made) {
      impl_->next_attempt = steady_clock::now() + kBetweenAttempts;
      impl_->last_cause = made.error().cause;
      return Failure(std::move(made).error());
    }
  }
  return Session{impl_->connection, impl_->generation};
}

void NatsLink::recheck_streams() {
  std::lock_guard lock(impl_->mutex);
  impl_->streams_seen = false;
}

}  // namespace gatehouse::adapters::bus
