#include "modules/identity/application/audit_checkpoint.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "auth/encoding.hpp"
#include "auth/jwk.hpp"
#include "auth/jws.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/record.hpp"

namespace gatehouse::application {
namespace {

namespace json = boost::json;

std::string claims(const Settings& settings, const domain::ChainHead& head, Timestamp now) {
  return json::serialize(json::object{{"iss", settings.issuer},
                                      {"sequence", head.sequence},
                                      {"hash", auth::hex_encode(head.hash)},
                                      {"iat", to_unix_seconds(now)}});
}

/// The head, if no checkpoint covers it. A checkpoint's own event is no audit row, so checkpoints come to rest.
Result<std::optional<domain::ChainHead>> uncovered_head(ports::Tx& tx) {
  GH_TRY(auto head, tx.audit().head());
  if (!head) return std::optional<domain::ChainHead>();
  GH_TRY(const auto newest, tx.audit().newest_checkpoint());
  if (newest && newest->sequence >= head->sequence) return std::optional<domain::ChainHead>();
  return head;
}

Result<domain::AuditCheckpoint> from_claims(const std::string& payload, std::string_view jws) {
  boost::system::error_code error;
  const auto parsed = json::parse(payload, error);
  const auto* object = error ? nullptr : parsed.if_object();
  const auto* sequence = object == nullptr ? nullptr : object->if_contains("sequence");
  const auto* hash = object == nullptr ? nullptr : object->if_contains("hash");
  const auto* issued_at = object == nullptr ? nullptr : object->if_contains("iat");
  if (sequence == nullptr || !sequence->is_int64() || hash == nullptr || !hash->is_string() || issued_at == nullptr ||
      !issued_at->is_int64())
    return fail(ErrorCode::internal_error, "the checkpoint's content is not a checkpoint's");
  const auto bytes = auth::hex_decode(hash->get_string());
  if (!bytes || bytes->size() != 32) return fail(ErrorCode::internal_error, "the checkpoint's hash is malformed");
  return domain::AuditCheckpoint{sequence->get_int64(), *bytes, std::string(jws),
                                 from_unix_seconds(issued_at->get_int64())};
}

}  // namespace

Result<std::optional<domain::AuditCheckpoint>> make_audit_checkpoint(const Dependencies& deps) {
  GH_TRY(const auto head, deps.store.read([](ports::Tx& tx) { return uncovered_head(tx); }));
  if (!head) return std::optional<domain::AuditCheckpoint>();
  const Timestamp now = deps.clock.now();
  domain::AuditCheckpoint checkpoint{head->sequence, head->hash, {}, now};
  GH_TRY(checkpoint.jws,
         deps.signer.sign(ports::SigningPurpose::audit_checkpoint, kCheckpointType, claims(deps.settings, *head, now)));
  GH_TRY(const bool added, deps.store.write([&](ports::Tx& tx) -> Result<bool> {
    GH_TRY(const auto newest, tx.audit().newest_checkpoint());
    if (newest && newest->sequence >= checkpoint.sequence) return false;
    GH_CHECK(tx.audit().add_checkpoint(checkpoint));
    const RequestInfo nobody;
    Record record(tx, deps, nobody, now);
    GH_CHECK(record.event(
        domain::topics::kAuditCheckpoint, {},
        {{"sequence", checkpoint.sequence}, {"head", auth::hex_encode(checkpoint.hash)}, {"jws", checkpoint.jws}}));
    return true;
  }));
  if (!added) return std::optional<domain::AuditCheckpoint>();
  deps.wake();
  return std::optional(std::move(checkpoint));
}

Result<domain::AuditCheckpoint> read_audit_checkpoint(const Dependencies& deps, std::string_view jws) {
  const auto keys = auth::parse_jwk_set(deps.signer.checkpoint_jwks_json());
  if (!keys) return fail(ErrorCode::internal_error, "the checkpoint keys can't be read");
  auth::JwsExpectations expected;
  expected.typ = {std::string(kCheckpointType)};
  expected.refusal = ErrorCode::internal_error;
  GH_TRY(const auto proved, auth::verify_jws(jws, *keys, expected));
  return from_claims(proved.payload, jws);
}

}  // namespace gatehouse::application
