#include "modules/identity/application/idempotency.hpp"

#include "auth/crypto/constant_time.hpp"
#include "auth/crypto/digest.hpp"
#include "auth/encoding.hpp"

namespace gatehouse::application {
namespace {

constexpr Duration kRemembered = std::chrono::hours(24);
/// A process that dies in the middle must not hold a key for a day.
constexpr Duration kUnderWay = std::chrono::minutes(2);
constexpr auto kPurpose = ports::DataPurpose::personal_data;

std::string stored_key(const Caller& caller, const IdempotentCall& call) {
  const std::string whose = std::string(domain::to_text(caller.audit_type())) + '\n' + caller.audit_id();
  return auth::base64url_encode(auth::sha256(whose + '\n' + call.key));
}

ports::IdempotencyRecord record_of(const Caller& caller, const IdempotentCall& call, Timestamp expires_at) {
  ports::IdempotencyRecord record;
  record.key = stored_key(caller, call);
  record.request_hash = call.request_hash;
  record.expires_at = expires_at;
  return record;
}

}  // namespace

Result<IdempotencyVerdict> begin_call(const Dependencies& deps, const Caller& caller, const IdempotentCall& call) {
  const Timestamp now = deps.clock.now();
  const auto record = record_of(caller, call, now + kUnderWay);
  GH_TRY(const auto before,
         deps.store.write([&](ports::Tx& tx) { return tx.machinery().reserve_idempotency(record, now); }));
  if (!before) return IdempotencyVerdict{};
  if (!auth::equal_in_constant_time(before->request_hash, call.request_hash))
    return fail(ErrorCode::idempotency_key_reused);
  if (before->status == 0) return IdempotencyVerdict{IdempotencyState::under_way, 0, {}};
  const auto sealed = auth::base64url_decode(before->answer_json);
  if (!sealed) return fail(ErrorCode::internal_error, {}, "a remembered answer can't be read");
  GH_TRY(const auto answer, deps.cipher.open(kPurpose, before->key, *sealed));
  return IdempotencyVerdict{IdempotencyState::finished, before->status, answer.expose()};
}

Result<> finish_call(const Dependencies& deps, const Caller& caller, const IdempotentCall& call, int status,
                     const std::string& answer) {
  auto record = record_of(caller, call, deps.clock.now() + kRemembered);
  record.status = status;
  GH_TRY(const auto sealed, deps.cipher.seal(kPurpose, record.key, answer));
  record.answer_json = auth::base64url_encode(sealed);
  return deps.store.write([&](ports::Tx& tx) { return tx.machinery().finish_idempotency(record); });
}

Result<> release_call(const Dependencies& deps, const Caller& caller, const IdempotentCall& call) {
  const std::string key = stored_key(caller, call);
  return deps.store.write([&](ports::Tx& tx) { return tx.machinery().release_idempotency(key); });
}

}  // namespace gatehouse::application
