#include "adapters/storage/tests/store_contract.hpp"
#include "auth/crypto/digest.hpp"
#include "domain/identity/audit_chain.hpp"

namespace gatehouse::adapters::storage {
namespace {

using domain::AuditEntry;
using domain::ChainFault;

class AuditContract : public StoreContract {
 protected:
  void add(const AuditEntry& entry) {
    write([&](Tx& tx) { return tx.audit().add(entry); });
  }
  void add_many(int count) {
    for (int i = 0; i < count; ++i) add(new_entry("u1", "sign_in"));
    seal();
  }
  std::vector<AuditEntry> all() {
    return read([](Tx& tx) { return tx.audit().read_from(1, 10'000); });
  }
  /// Follows the chain as `audit verify` does; the first fault.
  std::optional<ChainFault> verify(domain::ChainHead from = {}) {
    domain::AuditChain chain(&auth::sha256, std::move(from));
    for (const auto& entry : read([&](Tx& tx) { return tx.audit().read_from(chain.head().sequence + 1, 10'000); })) {
      if (const auto fault = chain.verify(entry)) return fault;
    }
    return std::nullopt;
  }
  void tamper(const std::string& statement) {
    must(database().raw([&](sql::Connection& connection) -> Result<> {
      EXPECT_GT(connection.execute({"test.tamper", statement}, {}), 0);
      return {};
    }));
  }
  std::vector<std::string> list(const ports::AuditFilter& filter, int limit = 50) {
    std::vector<std::string> found;
    ports::PageRequest page{limit, std::nullopt};
    do {
      const auto got = read([&](Tx& tx) { return tx.audit().list(filter, page); });
      for (const auto& entry : got.items) found.push_back(entry.id.str());
      page.after = got.next;
    } while (page.after);
    return found;
  }
};
INSTANTIATE_TEST_SUITE_P(Stores, AuditContract, testing::ValuesIn(contract_databases()),
                         [](const auto& kind) { return kind.param; });

TEST_P(AuditContract, an_entry_comes_back_to_the_letter_with_its_place) {
  auto entry = new_entry("u1", "sign_in");
  entry.actor_type = domain::ActorType::service;
  entry.actor_id = "payouts";
  entry.outcome = domain::AuditOutcome::denied;
  entry.reason = "forbidden";
  add(entry);
  seal();
  const auto got = all().at(0);
  EXPECT_EQ(got.id, entry.id);
  EXPECT_EQ(got.occurred_at, entry.occurred_at);
  EXPECT_EQ(got.actor_type, entry.actor_type);
  EXPECT_EQ(got.actor_id, entry.actor_id);
  EXPECT_EQ(got.subject_id, entry.subject_id);
  EXPECT_EQ(got.action, entry.action);
  EXPECT_EQ(got.outcome, entry.outcome);
  EXPECT_EQ(got.reason, entry.reason);
  EXPECT_EQ(got.request_id, entry.request_id);
  EXPECT_EQ(got.details, entry.details);
  EXPECT_EQ(got.personal, entry.personal);
  EXPECT_EQ(got.personal_salt, entry.personal_salt);
  EXPECT_EQ(got.personal_digest, entry.personal_digest);
  EXPECT_EQ(got.sequence, 1);
  EXPECT_EQ(got.previous_hash, domain::genesis_hash());
  EXPECT_EQ(got.hash.size(), 32u);
}

TEST_P(AuditContract, personal_data_is_not_readable_in_the_database) {
  const auto entry = new_entry("u1", "sign_in");
  add(entry);
  must(database().raw([&](sql::Connection& connection) -> Result<> {
    const auto row = connection.query_one({"test.personal", "SELECT value FROM audit_personal"}, {});
    EXPECT_EQ(row->blob(0).find("192.0.2.7"), std::string::npos);
    return {};
  }));
}

TEST_P(AuditContract, sealing_gives_every_row_of_many_writers_a_place_without_gaps) {
  std::vector<AuditEntry> entries;
  for (int i = 0; i < kAtOnce; ++i) entries.push_back(new_entry("u1", "sign_in"));
  EXPECT_FALSE(read([](Tx& tx) { return tx.audit().head(); }));
  EXPECT_EQ(at_once([&](Tx& tx, int i) -> Result<bool> {
              GH_CHECK(tx.audit().add(entries[static_cast<std::size_t>(i)]));
              return true;
            }),
            kAtOnce);
  seal();
  EXPECT_EQ(read([](Tx& tx) { return tx.audit().count_unsealed(); }), 0);
  const auto sealed = all();
  ASSERT_EQ(sealed.size(), static_cast<std::size_t>(kAtOnce));
  for (std::size_t i = 0; i < sealed.size(); ++i) EXPECT_EQ(sealed[i].sequence, static_cast<std::int64_t>(i + 1));
  EXPECT_EQ(verify(), std::nullopt);
  const auto head = *read([](Tx& tx) { return tx.audit().head(); });
  EXPECT_EQ(head.sequence, kAtOnce);
  EXPECT_EQ(head.hash, sealed.back().hash);
}

TEST_P(AuditContract, a_change_a_removal_and_a_reordering_show) {
  add_many(5);
  tamper("UPDATE auth_audit_log SET reason = 'nothing' WHERE sequence = 3");
  EXPECT_EQ(verify(), ChainFault::wrong_hash);
  tamper("UPDATE auth_audit_log SET reason = '' WHERE sequence = 3");
  EXPECT_EQ(verify(), std::nullopt);
  tamper("UPDATE auth_audit_log SET details = '{\"z\":1,\"a\":2}' WHERE sequence = 2");
  EXPECT_EQ(verify(), ChainFault::wrong_hash) << "the same JSON in other letters";
  tamper("UPDATE auth_audit_log SET details = '{ \"z\" : 1,  \"a\":2}' WHERE sequence = 2");
  tamper("UPDATE auth_audit_log SET sequence = 100 WHERE sequence = 4");
  EXPECT_EQ(verify(), ChainFault::gap);
  tamper("UPDATE auth_audit_log SET sequence = 4 WHERE sequence = 100");
  EXPECT_EQ(verify(), std::nullopt);
  tamper("DELETE FROM auth_audit_log WHERE sequence = 2");
  EXPECT_EQ(verify(), ChainFault::gap);
}

TEST_P(AuditContract, a_changed_personal_part_shows_and_an_erased_one_does_not) {
  add(new_entry("u1", "sign_in"));
  add(new_entry("u2", "sign_in"));
  seal();
  tamper(
      "UPDATE audit_personal SET salt = (SELECT salt FROM audit_personal ORDER BY salt LIMIT 1) "
      "WHERE salt <> (SELECT salt FROM audit_personal ORDER BY salt LIMIT 1)");
  EXPECT_EQ(verify(), ChainFault::wrong_personal);
  EXPECT_EQ(write([](Tx& tx) { return tx.audit().erase_personal(domain::UserId("u1")); }), 1);
  EXPECT_EQ(write([](Tx& tx) { return tx.audit().erase_personal(domain::UserId("u2")); }), 1);
  EXPECT_EQ(verify(), std::nullopt);
  EXPECT_TRUE(all().at(0).personal.empty());
  EXPECT_TRUE(all().at(0).personal_salt.empty());
}

TEST_P(AuditContract, erasing_takes_what_the_user_did_and_what_was_done_to_them) {
  auto by_user = new_entry("u1", "user.updated");
  by_user.subject_id = "u2";
  auto to_user = new_entry("u1", "user.updated");
  to_user.actor_id = "u3";
  auto by_service_of_that_name = new_entry("u2", "user.updated");
  by_service_of_that_name.actor_type = domain::ActorType::service;
  by_service_of_that_name.actor_id = "u1";
  for (const auto* entry : {&by_user, &to_user, &by_service_of_that_name}) add(*entry);
  EXPECT_EQ(write([](Tx& tx) { return tx.audit().erase_personal(domain::UserId("u1")); }), 2);
}

TEST_P(AuditContract, lists_newest_first_by_any_filter) {
  std::vector<AuditEntry> entries;
  for (int i = 0; i < 6; ++i) {
    auto entry = new_entry(i % 2 ? "u1" : "u2", i < 3 ? "sign_in" : "sign_out");
    entry.occurred_at = kNow + std::chrono::seconds(i / 2);
    entry.request_id = "r" + std::to_string(i);
    entries.push_back(entry);
    add(entry);
  }
  seal();
  const auto ids = [&](std::vector<int> order) {
    std::vector<std::string> expected;
    for (const int i : order) expected.push_back(entries[static_cast<std::size_t>(i)].id.str());
    return expected;
  };
  for (const int limit : {1, 2, 5, 6, 50}) EXPECT_EQ(list({}, limit), ids({5, 4, 3, 2, 1, 0})) << limit;
  EXPECT_EQ(list({.subject_id = "u1"}, 1), ids({5, 3, 1}));
  EXPECT_EQ(read([](Tx& tx) { return tx.audit().count({.subject_id = "u1"}); }).value, 3);
  EXPECT_EQ(list({.actor_id = "u2", .action = "sign_in"}), ids({2, 0}));
  EXPECT_EQ(list({.request_id = "r4"}), ids({4}));
  EXPECT_EQ(list({.from = kNow + 1s, .to = kNow + 2s}), ids({3, 2}));
  EXPECT_EQ(refused([](Tx& tx) { return tx.audit().list({}, {50, "1 x"}); }), ErrorCode::invalid_cursor);
}

TEST_P(AuditContract, reads_on_from_any_place) {
  add_many(5);
  const auto some = read([](Tx& tx) { return tx.audit().read_from(3, 2); });
  ASSERT_EQ(some.size(), 2u);
  EXPECT_EQ(some[0].sequence, 3);
  EXPECT_EQ(some[1].sequence, 4);
  EXPECT_TRUE(read([](Tx& tx) { return tx.audit().read_from(6, 2); }).empty());
}

TEST_P(AuditContract, retention_drops_a_segment_and_the_rest_verifies_from_its_end) {
  add_many(5);
  const auto end = all().at(2);
  write([&](Tx& tx) { return tx.audit().add_checkpoint({3, end.hash, "the.signed.end", kNow}); });
  EXPECT_EQ(write([](Tx& tx) { return tx.audit().remove_up_to(3, 2); }), 2);
  EXPECT_EQ(write([](Tx& tx) { return tx.audit().remove_up_to(3, 2); }), 1);
  EXPECT_EQ(rows_of("audit_personal"), 2);
  EXPECT_EQ(verify({3, end.hash}), std::nullopt);
  add_many(1);
  EXPECT_EQ(all().back().sequence, 6) << "places are never given twice";
  EXPECT_EQ(verify({3, end.hash}), std::nullopt);
}

TEST_P(AuditContract, checkpoints_are_kept_in_order) {
  EXPECT_FALSE(read([](Tx& tx) { return tx.audit().newest_checkpoint(); }));
  write([&](Tx& tx) -> Result<> {
    GH_CHECK(tx.audit().add_checkpoint({7, std::string(32, 'b'), "b", kNow + 1min}));
    return tx.audit().add_checkpoint({3, std::string(32, 'a'), "a", kNow});
  });
  const auto newest = *read([](Tx& tx) { return tx.audit().newest_checkpoint(); });
  EXPECT_EQ(newest.sequence, 7);
  EXPECT_EQ(newest.hash, std::string(32, 'b'));
  EXPECT_EQ(newest.jws, "b");
  EXPECT_EQ(newest.created_at, kNow + 1min);
  const auto checkpoints = read([](Tx& tx) { return tx.audit().list_checkpoints(); });
  ASSERT_EQ(checkpoints.size(), 2u);
  EXPECT_EQ(checkpoints[0].sequence, 3);
}

TEST_P(AuditContract, a_rolled_back_write_leaves_no_row_and_no_gap) {
  add_many(1);
  EXPECT_EQ(refused([&](Tx& tx) -> Result<> {
              GH_CHECK(tx.audit().add(new_entry("u1", "sign_in")));
              return fail(ErrorCode::forbidden);
            }),
            ErrorCode::forbidden);
  add_many(1);
  ASSERT_EQ(all().size(), 2u);
  EXPECT_EQ(all().back().sequence, 2);
  EXPECT_EQ(verify(), std::nullopt);
}

}  // namespace
}  // namespace gatehouse::adapters::storage
