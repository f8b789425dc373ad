#include "adapters/storage/sql/stores/sealed_values.hpp"

#include "adapters/storage/sql/stores/mapping.hpp"
#include "auth/encoding.hpp"

namespace gatehouse::adapters::sql {
namespace {

struct SealedColumn {
  ports::SealedKind kind;
  Statement list, replace;
};

#define GH_SEALED(KIND, TABLE, ID, VALUE, CONTEXT, MORE)                                                         \
  {                                                                                                              \
    ports::SealedKind::KIND,                                                                                     \
        {"sealed." #KIND ".list", "SELECT " #ID ", " #VALUE ", " CONTEXT " FROM " #TABLE " WHERE " #ID           \
                                  " > ?1 AND " #VALUE " IS NOT NULL" MORE " ORDER BY " #ID " LIMIT ?2"},         \
    {                                                                                                            \
      "sealed." #KIND ".replace", "UPDATE " #TABLE " SET " #VALUE " = ?3 WHERE " #ID " = ?1 AND " #VALUE " = ?2" \
    }                                                                                                            \
  }

constexpr SealedColumn kColumns[] = {
    GH_SEALED(totp_secret, user_mfa_secrets, user_id, sealed_secret, "user_id", ""),
    GH_SEALED(provider_tokens, accounts, id, sealed_tokens, "issuer || '\n' || subject", ""),
    GH_SEALED(mail_text, mail_messages, id, body_text, "id", ""),
    GH_SEALED(mail_html, mail_messages, id, body_html, "id", ""),
    GH_SEALED(audit_personal, audit_personal, audit_id, value, "audit_id", ""),
    GH_SEALED(event_data, outbox_events, event_id, data, "event_id", ""),
    GH_SEALED(remembered_answer, idempotency_keys, key, answer_json, "key", " AND status <> 0"),
    GH_SEALED(signing_key, signing_keys, kid, sealed_private_key, "kid", ""),
};
#undef GH_SEALED

const SealedColumn& column_of(ports::SealedKind kind) {
  for (const auto& column : kColumns)
    if (column.kind == kind) return column;
  return kColumns[0];  // unreachable: the table names every kind
}

/// Remembered answers are text.
bool is_text(ports::SealedKind kind) { return kind == ports::SealedKind::remembered_answer; }

Value stored_sealed(ports::SealedKind kind, const std::string& sealed) {
  return is_text(kind) ? Value(auth::base64url_encode(sealed)) : Value(Blob{sealed});
}

}  // namespace

Result<std::vector<ports::SealedValue>> SqlSealedValues::list(ports::SealedKind kind, const std::string& after,
                                                              int limit) {
  return map_all(connection_.query(column_of(kind).list, {after, limit}), [&](const Row& row) {
    if (!is_text(kind)) return ports::SealedValue{row.text(0), row.blob(1), row.text(2)};
    return ports::SealedValue{row.text(0), auth::base64url_decode(row.text(1)).value_or(std::string()), row.text(2)};
  });
}

Result<bool> SqlSealedValues::replace(ports::SealedKind kind, const ports::SealedValue& from, const std::string& to) {
  return connection_.execute(column_of(kind).replace,
                             {from.id, stored_sealed(kind, from.sealed), stored_sealed(kind, to)}) == 1;
}

}  // namespace gatehouse::adapters::sql
