#include "adapters/bus/nats/nats_source.hpp"

#include <map>
#include <utility>

#include "adapters/bus/nats/nats_types.hpp"

namespace gatehouse::adapters::bus {
namespace {

constexpr std::int64_t kMaxUnanswered = 1'000;

Result<> ensure_consumer(jsCtx* context, const ConsumerSettings& settings) {
  jsConsumerInfo* info = nullptr;
  jsErrCode code{};
  natsStatus status =
      js_GetConsumerInfo(&info, context, settings.stream.c_str(), settings.durable.c_str(), nullptr, &code);
  NatsOwner<jsConsumerInfo> owner(info);
  if (status == NATS_OK) return {};
  if (status != NATS_NOT_FOUND) return nats_failure("looking at consumer " + settings.durable, status);
  jsConsumerConfig config;
  jsConsumerConfig_Init(&config);
  config.Durable = settings.durable.c_str();
  config.FilterSubject = settings.subject.c_str();
  config.AckPolicy = js_AckExplicit;
  config.AckWait = std::chrono::duration_cast<std::chrono::nanoseconds>(settings.ack_wait).count();
  config.MaxAckPending = kMaxUnanswered;
  jsConsumerInfo* made = nullptr;
  status = js_AddConsumer(&made, context, settings.stream.c_str(), &config, nullptr, &code);
  owner.reset(made);
  if (status != NATS_OK) return nats_failure("creating consumer " + settings.durable, status);
  return {};
}

int deliveries_of(natsMsg* message) {
  jsMsgMetaData* meta = nullptr;
  if (natsMsg_GetMetaData(&meta, message) != NATS_OK) return 1;
  const auto count = static_cast<int>(meta->NumDelivered);
  jsMsgMetaData_Destroy(meta);
  return count;
}

}  // namespace

struct NatsSource::Impl {
  std::shared_ptr<natsConnection> connection;
  NatsOwner<jsCtx> context;
  NatsOwner<natsSubscription> subscription;
  std::uint64_t generation = 0;
  std::uint64_t next_handle = 1;
  std::map<std::uint64_t, NatsOwner<natsMsg>> unanswered;

  Result<> follow(const NatsLink::Session& session, const ConsumerSettings& settings) {
    if (subscription && generation == session.generation) return {};
    subscription.reset();
    GH_TRY(context, jetstream(session.connection.get(), nullptr));
    GH_CHECK(ensure_consumer(context.get(), settings));
    jsSubOptions options;
    jsSubOptions_Init(&options);
    options.Stream = settings.stream.c_str();
    options.Consumer = settings.durable.c_str();
    natsSubscription* made = nullptr;
    jsErrCode code{};
    const natsStatus status = js_PullSubscribe(&made, context.get(), settings.subject.c_str(), settings.durable.c_str(),
                                               nullptr, &options, &code);
    if (status != NATS_OK) return nats_failure("subscribing", status);
    subscription.reset(made);
    connection = session.connection;
    generation = session.generation;
    return {};
  }

  template <class Answer>
  Result<> answer(const ports::IncomingEvent& event, Answer&& how) {
    const auto found = unanswered.find(event.handle);
    if (found == unanswered.end()) return fail(ErrorCode::not_found, {}, "the message was answered before");
    const natsStatus status = how(found->second.get());
    unanswered.erase(found);
    if (status != NATS_OK) return nats_failure("answering", status);  // it will be delivered again
    return {};
  }
};

NatsSource::NatsSource(std::shared_ptr<NatsLink> link, ConsumerSettings settings)
    : link_(std::move(link)), settings_(std::move(settings)), impl_(std::make_unique<Impl>()) {}
NatsSource::~NatsSource() = default;

Result<std::vector<ports::IncomingEvent>> NatsSource::fetch(int max, std::chrono::milliseconds wait) {
  GH_TRY(const auto session, link_->session());
  GH_CHECK(impl_->follow(session, settings_));
  natsMsgList list{};
  jsErrCode code{};
  const natsStatus status = natsSubscription_Fetch(&list, impl_->subscription.get(), max, wait.count(), &code);
  if (status == NATS_TIMEOUT) return std::vector<ports::IncomingEvent>();
  if (status != NATS_OK) {
    impl_->subscription.reset();  // the consumer may be gone: made anew at the next call
    return nats_failure("fetching", status);
  }
  std::vector<ports::IncomingEvent> events;
  for (int i = 0; i < list.Count; ++i) {
    NatsOwner<natsMsg> message(std::exchange(list.Msgs[i], nullptr));
    ports::IncomingEvent event;
    event.handle = impl_->next_handle++;
    event.subject = natsMsg_GetSubject(message.get());
    event.body = text_of(message.get());
    event.deliveries = deliveries_of(message.get());
    impl_->unanswered.emplace(event.handle, std::move(message));
    events.push_back(std::move(event));
  }
  natsMsgList_Destroy(&list);
  // What was never answered comes again by itself; its old handle is of no use.
  while (impl_->unanswered.size() > static_cast<std::size_t>(kMaxUnanswered) * 2)
    impl_->unanswered.erase(impl_->unanswered.begin());
  return events;
}

Result<> NatsSource::accept(const ports::IncomingEvent& event) {
  return impl_->answer(event, [](natsMsg* message) { return natsMsg_Ack(message, nullptr); });
}

Result<> NatsSource::try_later(const ports::IncomingEvent& event, std::chrono::milliseconds delay) {
  return impl_->answer(event, [&](natsMsg* message) {
    return natsMsg_NakWithDelay(message, std::max<std::int64_t>(delay.count(), 1), nullptr);
  });
}

Result<> NatsSource::drop(const ports::IncomingEvent& event) {
  return impl_->answer(event, [](natsMsg* message) { return natsMsg_Term(message, nullptr); });
}

}  // namespace gatehouse::adapters::bus
