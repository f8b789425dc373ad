#include "adapters/bus/nats/nats_bus.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "adapters/bus/nats/nats_types.hpp"
#include "failpoint/failpoint.hpp"

namespace gatehouse::adapters::bus {

/// What became of the messages of one batch. Outlives it: an acknowledgement may come late, and then finds nothing.
class Acknowledgements {
 public:
  void expect(const std::vector<ports::BusMessage>& messages) {
    std::lock_guard lock(mutex_);
    waiting_.clear();
    fates_.assign(messages.size(), std::nullopt);
    missing_stream_ = false;
    for (std::size_t i = 0; i < messages.size(); ++i) waiting_.emplace(messages[i].event_id, i);
  }

  void settle(const std::string& event_id, Result<> fate, bool no_stream = false) {
    std::lock_guard lock(mutex_);
    const auto found = waiting_.find(event_id);
    if (found == waiting_.end()) return;
    fates_[found->second] = std::move(fate);
    waiting_.erase(found);
    missing_stream_ = missing_stream_ || no_stream;
    if (waiting_.empty()) all_settled_.notify_all();
  }

  std::vector<Result<>> collect(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    all_settled_.wait_for(lock, limit, [this] { return waiting_.empty(); });
    waiting_.clear();
    std::vector<Result<>> fates;
    fates.reserve(fates_.size());
    for (auto& fate : fates_)
      fates.push_back(fate ? std::move(*fate) : Result<>(unavailable("NATS: no acknowledgement in time")));
    return fates;
  }

  bool missing_stream() const {
    std::lock_guard lock(mutex_);
    return missing_stream_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable all_settled_;
  std::multimap<std::string, std::size_t> waiting_;
  std::vector<std::optional<Result<>>> fates_;
  bool missing_stream_ = false;
};

namespace {

constexpr const char* kMsgIdHeader = "Nats-Msg-Id";
constexpr const char* kReplayHeader = "Gatehouse-Replay";
constexpr auto kGrace = std::chrono::milliseconds(500);

void on_ack(jsCtx*, natsMsg* message, jsPubAck*, jsPubAckErr* error, void* closure) {
  const NatsOwner<natsMsg> owner(message);
  const char* id = nullptr;
  if (natsMsgHeader_Get(message, kMsgIdHeader, &id) != NATS_OK || id == nullptr) return;
  auto* acks = static_cast<Acknowledgements*>(closure);
  if (error == nullptr) {
    acks->settle(id, {});
  } else {
    const std::string why = error->ErrText != nullptr ? error->ErrText : natsStatus_GetText(error->Err);
    acks->settle(id, unavailable("NATS: " + why), error->Err == NATS_NO_RESPONDERS);
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
  Acknowledgements acks;  ///< before the context, whose callbacks write to it
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
    options.PublishAsync.AckHandlerClosure = &acks;
    GH_TRY(context, jetstream(session.connection.get(), &options));
    connection = session.connection;
    generation = session.generation;
    return {};
  }
};

NatsBus::NatsBus(std::shared_ptr<NatsLink> link) : link_(std::move(link)), impl_(std::make_unique<Impl>()) {}

NatsBus::~NatsBus() {
  // Whatever is still under way calls back before the acknowledgements go.
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

  impl_->acks.expect(messages);
  for (const auto& message : messages) {
    auto made = make_message(message);
    if (!made) {
      impl_->acks.settle(message.event_id, Failure(std::move(made).error()));
      continue;
    }
    jsPubOptions options;
    jsPubOptions_Init(&options);
    options.MaxWait = link_->settings().ack_timeout.count();
    natsMsg* given = made->release();
    const natsStatus status = js_PublishMsgAsync(impl_->context.get(), &given, &options);
    const NatsOwner<natsMsg> left(given);
    if (status != NATS_OK) impl_->acks.settle(message.event_id, nats_failure("publishing", status));
  }
  GH_FAILPOINT(after_publish);
  auto fates = impl_->acks.collect(link_->settings().ack_timeout + kGrace);
  if (impl_->acks.missing_stream()) link_->recheck_streams();
  return fates;
}

Result<> NatsBus::check() {
  GH_TRY(const auto session, link_->session());
  const natsStatus status =
      natsConnection_FlushTimeout(session.connection.get(), link_->settings().connect_timeout.count());
  if (status != NATS_OK) return nats_failure("no answer", status);
  return {};
}

}  // namespace gatehouse::adapters::bus
