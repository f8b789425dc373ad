#include "modules/identity/application/audit_checkpoint.hpp"

#include <fmt/format.h>
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

std::string claims(const Settings& settings, const domain::AuditCheckpoint& checkpoint) {
  json::object claims{{"iss", settings.issuer},
                      {"sequence", checkpoint.sequence},
                      {"hash", auth::hex_encode(checkpoint.hash)},
                      {"iat", to_unix_seconds(checkpoint.created_at)}};
  if (checkpoint.segment_after) claims["segment_after"] = *checkpoint.segment_after;
  return json::serialize(claims);
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
  domain::AuditCheckpoint checkpoint{sequence->get_int64(), *bytes, std::string(jws),
                                     from_unix_seconds(issued_at->get_int64())};
  if (const auto* after = object->if_contains("segment_after"); after != nullptr && after->is_int64())
    checkpoint.segment_after = after->get_int64();
  return checkpoint;
}

/// Stores it and produces its event; false where another process has covered the row meanwhile.
Result<bool> add_to_store(const Dependencies& deps, const domain::AuditCheckpoint& checkpoint) {
  return deps.store.write([&](ports::Tx& tx) -> Result<bool> {
    GH_TRY(const auto newest, tx.audit().newest_checkpoint());
    if (newest && newest->sequence >= checkpoint.sequence) return false;
    GH_CHECK(tx.audit().add_checkpoint(checkpoint));
    const RequestInfo nobody;
    Record record(tx, deps, nobody, checkpoint.created_at);
    GH_CHECK(record.event(
        domain::topics::kAuditCheckpoint, {},
        {{"sequence", checkpoint.sequence}, {"head", auth::hex_encode(checkpoint.hash)}, {"jws", checkpoint.jws}}));
    return true;
  });
}

Result<std::string> signed_claims(const Dependencies& deps, const domain::AuditCheckpoint& checkpoint) {
  return deps.signer.sign(ports::SigningPurpose::audit_checkpoint, kCheckpointType, claims(deps.settings, checkpoint));
}

/// What it says, whoever signed it.
std::optional<domain::AuditCheckpoint> unproved(std::string_view jws) {
  const auto first = jws.find('.');
  const auto last = jws.rfind('.');
  if (first == std::string_view::npos || last == first) return std::nullopt;
  const auto payload = auth::base64url_decode(jws.substr(first + 1, last - first - 1));
  if (!payload) return std::nullopt;
  auto checkpoint = from_claims(*payload, jws);
  if (!checkpoint) return std::nullopt;
  return std::move(*checkpoint);
}

}  // namespace

Result<std::optional<domain::AuditCheckpoint>> make_audit_checkpoint(const Dependencies& deps) {
  GH_TRY(const auto head, deps.store.read([](ports::Tx& tx) { return uncovered_head(tx); }));
  if (!head) return std::optional<domain::AuditCheckpoint>();
  domain::AuditCheckpoint checkpoint{head->sequence, head->hash, {}, deps.clock.now()};
  GH_TRY(checkpoint.jws, signed_claims(deps, checkpoint));
  GH_TRY(const bool added, add_to_store(deps, checkpoint));
  if (!added) return std::optional<domain::AuditCheckpoint>();
  deps.wake();
  return std::optional(std::move(checkpoint));
}

Result<domain::AuditCheckpoint> make_segment_checkpoint(const Dependencies& deps, std::int64_t after) {
  GH_TRY(const auto head, deps.store.read([](ports::Tx& tx) { return tx.audit().head(); }));
  if (!head) return fail(ErrorCode::internal_error, "no audit row is sealed", "a segment begins with a sealed row");
  domain::AuditCheckpoint checkpoint{head->sequence, head->hash, {}, deps.clock.now(), after};
  GH_TRY(checkpoint.jws, signed_claims(deps, checkpoint));
  // A server that runs beside may have covered this row with a plain checkpoint: then this one is only kept as a fact.
  GH_TRY([[maybe_unused]] const bool added, add_to_store(deps, checkpoint));
  GH_CHECK(deps.store.write(
      [&](ports::Tx& tx) { return tx.machinery().put_fact(std::string(kSegmentFact), checkpoint.jws); }));
  deps.wake();
  return checkpoint;
}

Result<std::optional<domain::AuditCheckpoint>> newest_segment(const Dependencies& deps) {
  GH_TRY(const auto jws,
         deps.store.read([](ports::Tx& tx) { return tx.machinery().find_fact(std::string(kSegmentFact)); }));
  if (!jws) return std::optional<domain::AuditCheckpoint>();
  GH_TRY(auto checkpoint, read_audit_checkpoint(deps, *jws));
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

Result<> refuse_before_anchor(const Dependencies& deps, std::string_view anchor) {
  const auto known = unproved(anchor);
  if (!known) return fail(ErrorCode::dependency_unavailable, "the last line of audit.anchor_file is no checkpoint");
  return deps.store.read([&](ports::Tx& tx) -> Result<> {
    GH_TRY(const auto segment, tx.machinery().find_fact(std::string(kSegmentFact)));
    if (segment) {
      const auto began = unproved(*segment);
      if (began && began->sets_aside(*known)) return {};
    }
    GH_TRY(const auto head, tx.audit().head());
    const std::int64_t last = head ? head->sequence : 0;
    if (last >= known->sequence) {
      GH_TRY(const auto row, tx.audit().read_from(known->sequence, 1));
      const bool kept = !row.empty() && row.front().sequence == known->sequence;
      if (!kept || row.front().hash == known->hash) return {};
    }
    return fail(ErrorCode::dependency_unavailable,
                fmt::format("database older than its checkpoint: audit.anchor_file knows row {} of the audit log, and "
                            "the database ends at row {}{}; run gatehouse fence, or give back the newer database",
                            known->sequence, last, last >= known->sequence ? " of another history" : ""));
  });
}

}  // namespace gatehouse::application
