#include <map>
#include <set>

#include "adapters/storage/tests/store_contract.hpp"

namespace gatehouse::adapters::storage {
namespace {

using ports::SealedKind;

/// Columns of bytes that hold no sealed value.
const std::set<std::string> kNotSealed = {"audit_checkpoints.hash",       "audit_personal.salt",
                                          "auth_audit_log.hash",          "auth_audit_log.personal_digest",
                                          "auth_audit_log.previous_hash", "data_keys.wrapped",
                                          "devices.token_hash",           "ledger_heads.hash",
                                          "mfa_backup_codes.code_hash",   "mfa_backup_codes.salt",
                                          "mfa_challenges.cookie_hash",   "mfa_challenges.token_hash",
                                          "oauth_tickets.token_hash",     "service_keys.key_hash",
                                          "sessions.token_hash",          "verification_tokens.token_hash"};

/// Sealed for some minutes: they open under the data key they were sealed with, and end before anybody minds.
const std::set<std::string> kSoonOver = {"oauth_tickets.payload"};

/// And those that do, as SealedKind names them.
const std::set<std::string> kSealed = {"user_mfa_secrets.sealed_secret", "accounts.sealed_tokens",
                                       "mail_messages.body_text",        "mail_messages.body_html",
                                       "audit_personal.value",           "outbox_events.data",
                                       "signing_keys.sealed_private_key"};

class SealedContract : public StoreContract {
 protected:
  std::set<std::string> columns_of_bytes() {
    std::set<std::string> found;
    must(database().raw([&](sql::Connection& connection) -> Result<> {
      const sql::Statement all{"test.bytes",
                               "SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c "
                               "WHERE m.type = 'table' AND c.type = 'BLOB'",
                               "SELECT table_name || '.' || column_name FROM information_schema.columns "
                               "WHERE table_schema = 'identity' AND data_type = 'bytea'"};
      for (const auto& row : connection.query(all, {})) found.insert(row.text(0));
      return {};
    }));
    return found;
  }
  domain::SigningKey sealed_key(const std::string& sealed) {
    domain::SigningKey key;
    key.kid = next_id("kid");
    key.state = domain::SigningKeyState::retired;
    key.public_jwk = "{}";
    key.sealed_private_key = sealed;
    key.created_at = kNow;
    return key;
  }
};
INSTANTIATE_TEST_SUITE_P(Stores, SealedContract, testing::ValuesIn(contract_databases()),
                         [](const auto& kind) { return kind.param; });

TEST_P(SealedContract, every_column_of_bytes_is_known_as_sealed_or_not) {
  const auto columns = columns_of_bytes();
  for (const auto& column : columns)
    EXPECT_TRUE(kSealed.contains(column) || kSoonOver.contains(column) || kNotSealed.contains(column))
        << column << " is new: `keys rewrap` must know it (SealedKind), or it is no sealed value";
  for (const auto& column : kSealed) EXPECT_TRUE(columns.contains(column)) << column;
}

TEST_P(SealedContract, values_are_listed_in_order_and_replaced_only_as_they_were_read) {
  for (int i = 0; i < 3; ++i)
    write([&](Tx& tx) { return tx.signing_keys().add(sealed_key("sealed-" + std::to_string(i))); });
  const auto list = [&](const std::string& after, int limit) {
    return read([&](Tx& tx) { return tx.sealed_values().list(SealedKind::signing_key, after, limit); });
  };
  const auto page = list("", 2);
  ASSERT_EQ(page.size(), 2u);
  EXPECT_EQ(page[0].sealed, "sealed-0");
  ASSERT_EQ(list(page[1].id, 2).size(), 1u);
  const auto replace = [&](const ports::SealedValue& from, const std::string& to) {
    return write([&](Tx& tx) { return tx.sealed_values().replace(SealedKind::signing_key, from, to); });
  };
  EXPECT_TRUE(replace(page[0], "anew"));
  EXPECT_FALSE(replace(page[0], "late")) << "somebody else was first";
  EXPECT_FALSE(replace({"nobody", "sealed-0"}, "x"));
  EXPECT_EQ(list("", 1)[0].sealed, "anew");
}

TEST_P(SealedContract, each_kind_can_be_listed_and_what_is_no_value_is_left_out) {
  for (const auto kind :
       {SealedKind::totp_secret, SealedKind::provider_tokens, SealedKind::mail_text, SealedKind::mail_html,
        SealedKind::audit_personal, SealedKind::event_data, SealedKind::remembered_answer, SealedKind::signing_key}) {
    EXPECT_TRUE(read([&](Tx& tx) { return tx.sealed_values().list(kind, "", 10); }).empty());
    EXPECT_FALSE(write([&](Tx& tx) { return tx.sealed_values().replace(kind, {"none", "a"}, "b"); }));
  }
}

}  // namespace
}  // namespace gatehouse::adapters::storage
