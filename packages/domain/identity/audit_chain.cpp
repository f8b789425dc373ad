#include "domain/identity/audit_chain.hpp"

#include <utility>

namespace gatehouse::domain {
namespace {

void append_field(std::string& out, std::string_view bytes) {
  out.append(std::to_string(bytes.size())).append(":").append(bytes);
}

}  // namespace

std::string genesis_hash() { return std::string(32, '\0'); }

std::string personal_digest(std::string_view salt, std::string_view personal, const Sha256& sha256) {
  std::string bytes = "gatehouse-personal-1\n";
  append_field(bytes, salt);
  append_field(bytes, personal);
  return sha256(bytes);
}

std::string canonical_bytes(const AuditEntry& entry) {
  std::string out = "gatehouse-audit-1\n";
  out.reserve(512 + entry.details.size());
  append_field(out, entry.sequence ? std::to_string(*entry.sequence) : std::string{});
  append_field(out, entry.previous_hash);
  append_field(out, entry.id.str());
  append_field(out, std::to_string(to_unix_micros(entry.occurred_at)));
  append_field(out, to_text(entry.actor_type));
  append_field(out, entry.actor_id);
  append_field(out, entry.subject_id);
  append_field(out, entry.action);
  append_field(out, to_text(entry.outcome));
  append_field(out, entry.reason);
  append_field(out, entry.request_id);
  append_field(out, entry.details);
  append_field(out, entry.personal_digest);
  return out;
}

AuditChain::AuditChain(Sha256 sha256, ChainHead head) : sha256_(std::move(sha256)), head_(std::move(head)) {}

void AuditChain::seal(AuditEntry& entry) {
  entry.sequence = head_.sequence + 1;
  entry.previous_hash = head_.hash;
  entry.hash = sha256_(canonical_bytes(entry));
  head_ = {*entry.sequence, entry.hash};
}

std::optional<ChainFault> AuditChain::verify(const AuditEntry& entry) {
  if (!entry.sequence) return ChainFault::unsealed;
  if (*entry.sequence != head_.sequence + 1) return ChainFault::gap;
  if (entry.previous_hash != head_.hash) return ChainFault::wrong_previous;
  if (entry.hash != sha256_(canonical_bytes(entry))) return ChainFault::wrong_hash;
  const bool erased = entry.personal.empty() && entry.personal_salt.empty();
  if (!erased && entry.personal_digest != personal_digest(entry.personal_salt, entry.personal, sha256_)) {
    return ChainFault::wrong_personal;
  }
  head_ = {*entry.sequence, entry.hash};
  return std::nullopt;
}

}  // namespace gatehouse::domain
