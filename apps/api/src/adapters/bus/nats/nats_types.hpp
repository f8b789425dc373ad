#pragma once
// libnats' objects as owners, and its errors as ours. Included by this folder's .cpp files alone.
#include <memory>
#include <string>

#include <nats/nats.h>

#include "foundation/result.hpp"

namespace gatehouse::adapters::bus {

struct NatsDeleter {
  void operator()(natsOptions* options) const { natsOptions_Destroy(options); }
  void operator()(natsMsg* message) const { natsMsg_Destroy(message); }
  void operator()(jsCtx* context) const { jsCtx_Destroy(context); }
  void operator()(jsStreamInfo* info) const { jsStreamInfo_Destroy(info); }
  void operator()(jsConsumerInfo* info) const { jsConsumerInfo_Destroy(info); }
  void operator()(natsSubscription* subscription) const { natsSubscription_Destroy(subscription); }
  void operator()(jsPubAck* ack) const { jsPubAck_Destroy(ack); }
};
template <class T>
using NatsOwner = std::unique_ptr<T, NatsDeleter>;

/// `dependency_unavailable` with libnats' words.
inline Failure nats_failure(const std::string& what, natsStatus status) {
  return unavailable("NATS, " + what + ": " + natsStatus_GetText(status));
}

inline std::string text_of(natsMsg* message) {
  return std::string(natsMsg_GetData(message), static_cast<std::size_t>(natsMsg_GetDataLength(message)));
}

inline Result<NatsOwner<jsCtx>> jetstream(natsConnection* connection, jsOptions* options) {
  jsCtx* context = nullptr;
  const natsStatus status = natsConnection_JetStream(&context, connection, options);
  if (status != NATS_OK) return nats_failure("JetStream", status);
  return NatsOwner<jsCtx>(context);
}

}  // namespace gatehouse::adapters::bus
