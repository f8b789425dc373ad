#include "adapters/storage/tests/store_contract.hpp"

namespace gatehouse::adapters::storage {
namespace {

using domain::SigningAlgorithm;
using domain::SigningKeyState;

class MachineryContract : public StoreContract {
 protected:
  domain::SigningKey new_key(SigningKeyState state) {
    domain::SigningKey key;
    key.kid = next_id("kid");
    key.state = state;
    key.public_jwk = R"({"kty":"OKP"})";
    key.sealed_private_key = std::string("\0sealed", 7);
    key.created_at = kNow;
    return key;
  }
  ports::DataKeyRow new_data_key() {
    return {next_id("dk"), "mail_body", std::string("\0wrapped", 8), "local:1", true, kNow};
  }
  domain::ServiceKey new_service(const std::string& name) {
    domain::ServiceKey key;
    key.id = domain::ServiceKeyId(next_id("k"));
    key.service = name;
    key.key_hash = hash32();
    key.permissions = {"identity.introspect", "identity.events.read"};
    key.created_at = kNow;
    return key;
  }
};
INSTANTIATE_TEST_SUITE_P(Stores, MachineryContract, testing::ValuesIn(contract_databases()),
                         [](const auto& kind) { return kind.param; });

TEST_P(MachineryContract, a_signing_key_comes_back_as_it_was) {
  auto key = new_key(SigningKeyState::active);
  key.algorithm = SigningAlgorithm::ES256;
  key.purpose = domain::SigningPurpose::audit_checkpoint;
  key.provider = domain::SigningKeyProvider::vault;
  key.vault_version = 4;
  key.activated_at = kNow + 1h;
  write([&](Tx& tx) { return tx.signing_keys().add(key); });
  const auto got = read([](Tx& tx) { return tx.signing_keys().list(); }).at(0);
  EXPECT_EQ(got.kid, key.kid);
  EXPECT_EQ(got.algorithm, key.algorithm);
  EXPECT_EQ(got.purpose, key.purpose);
  EXPECT_EQ(got.state, key.state);
  EXPECT_EQ(got.provider, key.provider);
  EXPECT_NE(got.public_jwk.find("OKP"), std::string::npos);
  EXPECT_EQ(got.sealed_private_key, key.sealed_private_key);
  EXPECT_EQ(got.vault_version, 4);
  EXPECT_EQ(got.activated_at, key.activated_at);
  EXPECT_FALSE(got.retired_at || got.gone_at);
  write([&](Tx& tx) { return tx.signing_keys().remove(key.kid); });
  EXPECT_TRUE(read([](Tx& tx) { return tx.signing_keys().list(); }).empty());
}

TEST_P(MachineryContract, a_purpose_and_algorithm_have_one_active_key) {
  auto active = new_key(SigningKeyState::active);
  auto pending = new_key(SigningKeyState::pending);
  auto other = new_key(SigningKeyState::active);
  other.algorithm = SigningAlgorithm::RS256;
  write([&](Tx& tx) -> Result<> {
    for (const auto* key : {&active, &pending, &other}) GH_CHECK(tx.signing_keys().add(*key));
    return {};
  });
  EXPECT_EQ(refused([&](Tx& tx) { return tx.signing_keys().add(new_key(SigningKeyState::active)); }),
            ErrorCode::conflict);
  pending.state = SigningKeyState::active;
  EXPECT_EQ(refused([&](Tx& tx) { return tx.signing_keys().save_state(pending, SigningKeyState::pending); }),
            ErrorCode::conflict);
  active.state = SigningKeyState::retired;
  active.retired_at = kNow;
  EXPECT_TRUE(write([&](Tx& tx) -> Result<bool> {
    GH_TRY(const bool retired, tx.signing_keys().save_state(active, SigningKeyState::active));
    GH_TRY(const bool activated, tx.signing_keys().save_state(pending, SigningKeyState::pending));
    return retired && activated;
  }));
  EXPECT_FALSE(write([&](Tx& tx) { return tx.signing_keys().save_state(active, SigningKeyState::active); }));
}

TEST_P(MachineryContract, one_of_many_starters_makes_the_first_keys) {
  std::vector<domain::SigningKey> keys;
  std::vector<ports::DataKeyRow> rows;
  for (int i = 0; i < kAtOnce; ++i) {
    keys.push_back(new_key(SigningKeyState::active));
    rows.push_back(new_data_key());
  }
  EXPECT_EQ(at_once([&](Tx& tx, int i) { return tx.data_keys().add_first(rows[static_cast<std::size_t>(i)]); }), 1);
  EXPECT_EQ(at_once([&](Tx& tx, int i) -> Result<bool> {
              const auto added = tx.signing_keys().add(keys[static_cast<std::size_t>(i)]);
              if (!added && added.error().code == ErrorCode::conflict) return false;
              GH_CHECK(added);
              return true;
            }),
            1);
}

TEST_P(MachineryContract, the_newest_data_key_is_the_active_one) {
  const auto first = new_data_key();
  auto second = new_data_key();
  second.created_at = kNow + 1h;
  EXPECT_TRUE(write([&](Tx& tx) { return tx.data_keys().add_first(first); }));
  write([&](Tx& tx) { return tx.data_keys().add_newest(second); });
  auto rewrapped = first;
  rewrapped.wrapped = "again";
  rewrapped.wrapped_by = "local:2";
  EXPECT_FALSE(write([&](Tx& tx) { return tx.data_keys().save_wrapping(rewrapped, "another"); }));
  EXPECT_TRUE(write([&](Tx& tx) { return tx.data_keys().save_wrapping(rewrapped, first.wrapped); }));
  const auto all = read([](Tx& tx) { return tx.data_keys().list(); });
  ASSERT_EQ(all.size(), 2u);
  EXPECT_FALSE(all[0].active);
  EXPECT_EQ(all[0].wrapped, "again");
  EXPECT_EQ(all[0].wrapped_by, "local:2");
  EXPECT_TRUE(all[1].active);
  EXPECT_EQ(all[1].id, second.id);
  EXPECT_EQ(all[1].purpose, "mail_body");
  EXPECT_EQ(all[1].wrapped, second.wrapped);
}

TEST_P(MachineryContract, a_services_keys_live_side_by_side_and_are_revoked_together) {
  auto old = new_service("payouts");
  const auto fresh = new_service("payouts");
  write([&](Tx& tx) -> Result<> {
    GH_CHECK(tx.services().add(old));
    GH_CHECK(tx.services().add(fresh));
    GH_CHECK(tx.services().add(new_service("admin")));
    GH_CHECK(tx.services().save_expiry(old.id, kNow + 24h));
    GH_CHECK(tx.services().save_permissions(old.id, {"identity.introspect"}));
    GH_CHECK(tx.services().note_use(old.id, kNow + 1h));
    return tx.services().note_use(old.id, kNow);
  });
  const auto got = *read([&](Tx& tx) { return tx.services().find(old.id); });
  EXPECT_EQ(got.key_hash, old.key_hash);
  EXPECT_EQ(got.permissions, std::vector<std::string>{"identity.introspect"});
  EXPECT_EQ(got.expires_at, kNow + 24h);
  EXPECT_EQ(got.last_used_at, kNow + 1h);
  EXPECT_FALSE(got.revoked_at);
  EXPECT_EQ(read([](Tx& tx) { return tx.services().list(); }).size(), 3u);
  EXPECT_EQ(write([](Tx& tx) { return tx.services().revoke_named("payouts", kNow + 24h); }), 1) << "one expired before";
  EXPECT_EQ(read([&](Tx& tx) { return tx.services().find(fresh.id); })->revoked_at, kNow + 24h);
  EXPECT_EQ(write([](Tx& tx) { return tx.services().remove_named("payouts"); }), 2);
  EXPECT_FALSE(read([&](Tx& tx) { return tx.services().find(fresh.id); }));
}

TEST_P(MachineryContract, one_of_many_at_once_reserves_an_idempotency_key) {
  const ports::IdempotencyRecord record{"caller:key", "hash", 0, "", kNow + 24h};
  const auto reserve = [&](Tx& tx, Timestamp now) { return tx.machinery().reserve_idempotency(record, now); };
  EXPECT_EQ(at_once([&](Tx& tx, int) -> Result<bool> {
              GH_TRY(const auto taken, reserve(tx, kNow));
              return !taken;
            }),
            1);
  auto finished = record;
  finished.status = 201;
  finished.answer_json = R"({"id":"1"})";
  write([&](Tx& tx) { return tx.machinery().finish_idempotency(finished); });
  const auto taken = write([&](Tx& tx) { return reserve(tx, kNow); });
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->status, 201);
  EXPECT_EQ(taken->answer_json, finished.answer_json);
  EXPECT_EQ(taken->request_hash, "hash");
  EXPECT_FALSE(write([&](Tx& tx) { return reserve(tx, kNow + 24h); })) << "expired";
  write([&](Tx& tx) { return tx.machinery().release_idempotency(record.key); });
  EXPECT_FALSE(write([&](Tx& tx) { return reserve(tx, kNow); })) << "released";
  EXPECT_EQ(write([](Tx& tx) { return tx.machinery().remove_expired_idempotency(kNow + 24h, 10); }), 1);
}

TEST_P(MachineryContract, one_of_many_holds_a_lease_until_it_ends) {
  const auto take = [&](const std::string& holder, Timestamp now) {
    return write([&](Tx& tx) { return tx.machinery().take_lease("relay", holder, now, 10s); });
  };
  EXPECT_EQ(at_once([](Tx& tx, int i) {
              return tx.machinery().take_lease("relay", "h" + std::to_string(i), kNow - 10s, 10s);
            }),
            1);
  EXPECT_TRUE(take("a", kNow)) << "the first holder's time is over";
  EXPECT_FALSE(take("b", kNow + 9s));
  EXPECT_TRUE(take("a", kNow + 9s)) << "renewed";
  EXPECT_FALSE(take("b", kNow + 10s));
  write([](Tx& tx) { return tx.machinery().give_back_lease("relay", "b"); });
  EXPECT_FALSE(take("b", kNow + 10s)) << "it was not his to give back";
  write([](Tx& tx) { return tx.machinery().give_back_lease("relay", "a"); });
  EXPECT_TRUE(take("b", kNow + 10s));
}

TEST_P(MachineryContract, the_first_value_of_a_fact_stands) {
  EXPECT_FALSE(read([](Tx& tx) { return tx.machinery().find_fact("colour"); }));
  EXPECT_EQ(write([](Tx& tx) { return tx.machinery().settle_fact("colour", "green"); }), "green");
  EXPECT_EQ(write([](Tx& tx) { return tx.machinery().settle_fact("colour", "blue"); }), "green");
  write([](Tx& tx) { return tx.machinery().put_fact("colour", "red"); });
  EXPECT_EQ(read([](Tx& tx) { return tx.machinery().find_fact("colour"); }), "red");
}

TEST_P(MachineryContract, a_reset_leaves_keys_and_facts_and_starts_the_chain_anew) {
  const auto user = add_user("ada@example.com");
  write([&](Tx& tx) -> Result<> {
    GH_CHECK(tx.sessions().add(new_session(user.id)));
    GH_CHECK(tx.audit().add(new_entry(user.id.str(), "sign_in")));
    GH_CHECK(tx.outbox().add(new_event(user.id, "identity.user.signed_in")));
    GH_CHECK(tx.mails().add(new_mail("ada@example.com")));
    GH_CHECK(tx.signing_keys().add(new_key(SigningKeyState::active)));
    GH_CHECK(tx.data_keys().add_first(new_data_key()));
    return tx.machinery().put_fact("mode", "development");
  });
  seal();
  write([](Tx& tx) { return tx.machinery().reset(); });
  for (const char* table :
       {"users", "sessions", "auth_audit_log", "audit_personal", "outbox_events", "mail_messages"}) {
    EXPECT_EQ(rows_of(table), 0) << table;
  }
  EXPECT_EQ(rows_of("signing_keys"), 1);
  EXPECT_EQ(rows_of("data_keys"), 1);
  EXPECT_EQ(read([](Tx& tx) { return tx.machinery().find_fact("mode"); }), "development");
  EXPECT_FALSE(read([](Tx& tx) { return tx.audit().head(); }));
  write([&](Tx& tx) -> Result<> {
    GH_CHECK(tx.audit().add(new_entry("u1", "sign_in")));
    return tx.outbox().add(new_event(std::nullopt, "identity.audit.checkpoint"));
  });
  seal();
  EXPECT_EQ(read([](Tx& tx) { return tx.audit().read_from(1, 10); }).size(), 1u);
  EXPECT_EQ(read([](Tx& tx) { return tx.outbox().list(0, "", 10); }).at(0).sequence, 2) << "event positions go on";
}

}  // namespace
}  // namespace gatehouse::adapters::storage
