#include "adapters/bus/nats/nats_bus.hpp"

#include <string>
#include <utility>

#include "adapters/bus/nats/nats_batch.hpp"
#include "adapters/bus/nats/nats_types.hpp"
#include "failpoint/failpoint.hpp"

namespace gatehouse::adapters::bus {

namespace {

constexpr const char* kMsgIdHeader = "Nats-Msg-Id";
constexpr const char* kReplayHeader = "Gatehouse-Replay";
/// No message is sent later than that after the first: one batch has an end, whatever the broker's pace.
constexpr auto kSendingTime = std::chrono::milliseconds(2'000);

void on_ack(jsCtx*, natsMsg* message, jsPubAck*, jsPubAckErr* error, void* closure) {
  const NatsOwner<natsMsg> owner(message);
  const char* id = nullptr;
  if (natsMsgHeader_Get(message, kMsgIdHeader, &id) != NATS_OK || id == nullptr) return;
  auto* batch = static_cast<NatsBatch*>(closure);
  if (error == nullptr) {
    batch->settle(id, {});
  } else {
    const std::string why = error->ErrText != nullptr ? error->ErrText : natsStatus_GetText(error->Err);
    batch->settle(id, unavailable("NATS: " + why), error->Err == NATS_NO_RESPONDERS);
  }
}

Result<NatsOwner<natsMsg>> make_message(const ports::BusMessage& message) {
  natsMsg* made = nullptr;
  natsStatus status = natsMsg_Create(&made, message.subject.c_str(), nullptr, message.json.data(),
                                     static_cast<int>(message.json.size()));
  NatsOwner<natsMsg> owner(made);
  if (status == NATS_OK) status = natsMsgHeader_Set(made, kMsgIdHeader, message.event_id.c_str());
  if (status == NATS_OK && message.replay) status = natsMsgHeader_Set(made, kReplayHeader, "true");
  if (status != NATS_OK) return nats_failure("message", status);
  return owner;
}

}  // namespace

struct NatsBus::Impl {
  NatsBatch batch;  ///< before the context, whose callbacks write to it
  std::shared_ptr<natsConnection> connection;
  NatsOwner<jsCtx> context;
  std::uint64_t generation = 0;

  Result<> follow(const NatsLink::Session& session, const NatsSettings& settings) {
    if (context && generation == session.generation) return {};
    jsOptions options;
    jsOptions_Init(&options);
    options.Wait = settings.ack_timeout.count();
    options.PublishAsync.MaxPending = 64 * 1024;
    options.PublishAsync.AckHandler = &on_ack;
    options.PublishAsync.AckHandlerClosure = &batch;
    GH_TRY(context, jetstream(session.connection.get(), &options));
    connection = session.connection;
    generation = session.generation;
    return {};
  }
};

NatsBus::NatsBus(std::shared_ptr<NatsLink> link) : link_(std::move(link)), impl_(std::make_unique<Impl>()) {}

NatsBus::~NatsBus() {
  // Whatever is still under way calls back before the batch goes.
  if (impl_->context) {
    jsPubOptions options;
    jsPubOptions_Init(&options);
    options.MaxWait = 1'000;
    js_PublishAsyncComplete(impl_->context.get(), &options);
  }
}

std::vector<Result<>> NatsBus::publish(const std::vector<ports::BusMessage>& messages) {
  if (messages.empty()) return {};
  const auto all = [&](const Error& error) {
    return std::vector<Result<>>(messages.size(), Result<>(unavailable(error.cause)));
  };
  const auto session = link_->session();
  if (!session) return all(session.error());
  if (const auto ready = impl_->follow(*session, link_->settings()); !ready) return all(ready.error());

  auto& batch = impl_->batch;
  batch.begin(messages);
  const auto last_sending = std::chrono::steady_clock::now() + kSendingTime;
  while (std::chrono::steady_clock::now() < last_sending) {
    const auto ready = batch.take(last_sending);
    if (ready.empty()) break;
    for (const std::size_t index : ready) send(messages[index]);
    GH_FAILPOINT(after_publish);
  }
  batch.finish(std::chrono::steady_clock::now() + link_->settings().ack_timeout);
  auto fates = batch.end();
  if (batch.missing_stream()) link_->recheck_streams();
  return fates;
}

void NatsBus::send(const ports::BusMessage& message) {
  auto made = make_message(message);
  if (!made) return impl_->batch.settle(message.event_id, Failure(std::move(made).error()));
  jsPubOptions options;
  jsPubOptions_Init(&options);
  options.MaxWait = link_->settings().ack_timeout.count();
  natsMsg* given = made->release();
  const natsStatus status = js_PublishMsgAsync(impl_->context.get(), &given, &options);
  const NatsOwner<natsMsg> left(given);
  if (status != NATS_OK) impl_->batch.settle(message.event_id, nats_failure("publishing", status));
}

Result<> NatsBus::check() {
  GH_TRY(const auto session, link_->session());
  const natsStatus status =
      natsConnection_FlushTimeout(session.connection.get(), link_->settings().connect_timeout.count());
  if (status != NATS_OK) return nats_failure("no answer", status);
  return {};
}

}  // namespace gatehouse::adapters::bus
