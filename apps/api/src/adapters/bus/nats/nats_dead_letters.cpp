#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "adapters/bus/nats/nats_source.hpp"
#include "adapters/bus/nats/nats_types.hpp"
#include "auth/encoding.hpp"

namespace gatehouse::adapters::bus {
namespace {

namespace json = boost::json;

Result<NatsOwner<natsMsg>> read_letter(jsCtx* context, const std::string& stream, std::uint64_t sequence) {
  natsMsg* message = nullptr;
  jsErrCode code{};
  const natsStatus status = js_GetMsg(&message, context, stream.c_str(), sequence, nullptr, &code);
  if (status == NATS_NOT_FOUND)
    return fail(ErrorCode::not_found, "there is no dead letter " + std::to_string(sequence));
  if (status != NATS_OK) return nats_failure("reading a dead letter", status);
  return NatsOwner<natsMsg>(message);
}

struct Original {
  std::string subject;
  std::string body;
};

Result<Original> original_of(const std::string& letter) {
  boost::system::error_code malformed;
  const json::value parsed = json::parse(letter, malformed);
  const auto* event = malformed ? nullptr : parsed.if_object();
  const auto* data = event == nullptr ? nullptr : event->if_contains("data");
  const auto* object = data == nullptr ? nullptr : data->if_object();
  const auto* subject = object == nullptr ? nullptr : object->if_contains("subject");
  const auto* encoded = object == nullptr ? nullptr : object->if_contains("original_base64");
  if (subject == nullptr || !subject->is_string() || encoded == nullptr || !encoded->is_string())
    return fail(ErrorCode::invalid_request, "this dead letter does not hold its original");
  auto body = auth::base64_decode(encoded->get_string());
  if (!body) return fail(ErrorCode::invalid_request, "this dead letter's original can't be read");
  return Original{std::string(subject->get_string()), std::move(*body)};
}

}  // namespace

Result<std::vector<ports::DeadLetter>> NatsDeadLetters::list(std::uint64_t after, int limit) {
  GH_TRY(const auto session, link_->session());
  GH_TRY(const auto context, jetstream(session.connection.get(), nullptr));
  jsStreamInfo* info = nullptr;
  jsErrCode code{};
  const natsStatus status = js_GetStreamInfo(&info, context.get(), stream_.c_str(), nullptr, &code);
  const NatsOwner<jsStreamInfo> owner(info);
  if (status != NATS_OK) return nats_failure("looking at stream " + stream_, status);
  std::vector<ports::DeadLetter> letters;
  const std::uint64_t first = std::max<std::uint64_t>({after + 1, info->State.FirstSeq, 1});
  for (std::uint64_t at = first; at <= info->State.LastSeq && static_cast<int>(letters.size()) < limit; ++at) {
    auto message = read_letter(context.get(), stream_, at);
    if (!message && message.error().code == ErrorCode::not_found) continue;
    if (!message) return Failure(std::move(message).error());
    letters.push_back({at, natsMsg_GetSubject(message->get()), text_of(message->get())});
  }
  return letters;
}

Result<> NatsDeadLetters::retry(std::uint64_t sequence) {
  GH_TRY(const auto session, link_->session());
  GH_TRY(const auto context, jetstream(session.connection.get(), nullptr));
  GH_TRY(const auto letter, read_letter(context.get(), stream_, sequence));
  GH_TRY(const Original original, original_of(text_of(letter.get())));
  jsPubAck* ack = nullptr;
  jsErrCode code{};
  natsStatus status = js_Publish(&ack, context.get(), original.subject.c_str(), original.body.data(),
                                 static_cast<int>(original.body.size()), nullptr, &code);
  const NatsOwner<jsPubAck> owner(ack);
  if (status != NATS_OK) return nats_failure("publishing the original", status);
  status = js_DeleteMsg(context.get(), stream_.c_str(), sequence, nullptr, &code);
  if (status != NATS_OK && status != NATS_NOT_FOUND) return nats_failure("removing the letter", status);
  return {};
}

}  // namespace gatehouse::adapters::bus
