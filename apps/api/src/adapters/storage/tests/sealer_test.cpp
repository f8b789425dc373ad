#include "adapters/storage/sql/sealer.hpp"

#include <future>

#include "adapters/storage/sql/store.hpp"
#include "adapters/storage/sql/transaction.hpp"
#include "adapters/storage/tests/store_contract.hpp"
#include "auth/crypto/digest.hpp"
#include "domain/identity/audit_chain.hpp"

namespace gatehouse::adapters::storage {
namespace {

/// The sealer's promises under concurrency, over every store; what it writes is in the contract's ledger tests.
class Sealing : public StoreContract {
 protected:
  void add(const std::string& subject) {
    write([&](Tx& tx) -> Result<> {
      GH_CHECK(tx.audit().add(new_entry(subject, "user.signed_in")));
      return tx.outbox().add(new_event(domain::UserId(subject), "identity.user.signed_in"));
    });
  }
  void add_tickets(const std::vector<domain::OAuthTicketKind>& kinds) {
    for (const auto kind : kinds) {
      domain::OAuthTicket ticket;
      ticket.id = domain::OAuthTicketId(next_id());
      ticket.kind = kind;
      ticket.token_hash = auth::sha256(ticket.id.str());
      ticket.provider = "google";
      ticket.client_id = "default";
      ticket.created_at = kNow;
      ticket.expires_at = kNow + 10min;
      EXPECT_TRUE(write([&](Tx& tx) { return tx.oauth_tickets().add(ticket); }));
    }
  }
  std::vector<domain::OutboxEvent> events_after(std::int64_t sequence) {
    return read([&](Tx& tx) { return tx.outbox().list(sequence, "", 1000); });
  }
  void expect_whole_chain(std::size_t length) {
    domain::AuditChain chain(&auth::sha256);
    const auto entries = read([&](Tx& tx) { return tx.audit().read_from(1, 2000); });
    EXPECT_EQ(entries.size(), length);
    for (const auto& entry : entries) EXPECT_EQ(chain.verify(entry), std::nullopt) << entry.sequence.value_or(0);
  }
};
INSTANTIATE_TEST_SUITE_P(Each, Sealing, testing::ValuesIn(contract_databases()),
                         [](const auto& kind) { return kind.param; });

TEST_P(Sealing, loses_nothing_of_a_transaction_held_open_across_a_poll) {
  add("u-early");
  seal();
  std::int64_t position = events_after(0).back().sequence.value();
  std::promise<void> written, go_on;
  std::jthread late([&] {
    write([&](Tx& tx) -> Result<> {
      GH_CHECK(tx.outbox().add(new_event(domain::UserId("u-late"), "identity.user.updated")));
      written.set_value();
      go_on.get_future().wait();
      return {};
    });
  });
  written.get_future().wait();
  if (GetParam() == "postgres") {
    add("u-other");
    seal();
    position = events_after(position).back().sequence.value();
  }
  go_on.set_value();
  late.join();
  seal();
  const auto rest = events_after(position);
  ASSERT_EQ(rest.size(), 1U) << "a reader that went on meanwhile still sees the late one";
  EXPECT_EQ(rest.front().subject->str(), "u-late");
}

TEST_P(Sealing, gives_every_row_one_place_while_many_write_and_seal) {
  constexpr int kThreads = 6;
  constexpr int kEach = 20;
  std::atomic<int> number = 0;
  {
    std::vector<std::jthread> threads;
    threads.reserve(kThreads);
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          const int n = ++number;
          EXPECT_TRUE(store().write([&](Tx& tx) -> Result<> {
            domain::AuditEntry entry;
            entry.id = domain::AuditId("e" + std::to_string(n));
            entry.occurred_at = kNow;
            entry.action = "user.signed_in";
            entry.personal_salt = std::string(16, 's');
            entry.personal_digest = domain::personal_digest(entry.personal_salt, entry.personal, &auth::sha256);
            GH_CHECK(tx.audit().add(entry));
            domain::OutboxEvent event;
            event.event_id = domain::EventId("o" + std::to_string(n));
            event.topic = "identity.user.signed_in";
            event.subject = domain::UserId("u" + std::to_string(t % 3));
            event.occurred_at = kNow;
            return tx.outbox().add(event);
          }));
          if (i % 5 == 0) {
            EXPECT_TRUE(store().seal());
          }
        }
      });
    }
  }
  seal();
  expect_whole_chain(kThreads * kEach);
  std::map<std::string, std::int64_t> versions;
  std::int64_t sequence = 0;
  for (const auto& event : events_after(0)) {
    EXPECT_EQ(event.sequence, ++sequence);
    EXPECT_EQ(event.userversion, ++versions[event.subject->str()]);
  }
  EXPECT_EQ(sequence, kThreads * kEach);
  EXPECT_EQ(must(store().read([](Tx& tx) { return tx.audit().count_unsealed(); })), 0);
}

TEST_P(Sealing, of_more_rows_than_a_batch_takes_them_all) {
  write([&](Tx& tx) -> Result<> {
    for (int i = 0; i < sql::kSealBatch + 10; ++i) {
      GH_CHECK(tx.outbox().add(new_event(std::nullopt, "identity.audit.recorded")));
    }
    return {};
  });
  must(store().seal());
  EXPECT_EQ(rows_of("outbox_events WHERE sequence IS NULL"), 0);
  EXPECT_EQ(rows_of("outbox_events WHERE userversion IS NOT NULL"), 0);
}

TEST_P(Sealing, looks_after_the_positions_that_it_is_given) {
  must(database().raw([&](sql::Connection& connection) -> Result<> {
    TestCipher cipher;
    sql::Transaction tx(connection, cipher);
    GH_CHECK(tx.audit().add(new_entry("u-early", "user.signed_in")));
    GH_CHECK(tx.outbox().add(new_event(std::nullopt, "identity.user.updated")));
    const auto first = sql::seal_rows(connection);
    EXPECT_EQ(first.rows, 2);
    EXPECT_GT(first.up_to.audit, 0);
    EXPECT_GT(first.up_to.outbox, 0);
    GH_CHECK(tx.audit().add(new_entry("u-late", "user.signed_in")));
    sql::LedgerPositions past_it = first.up_to;
    ++past_it.audit;
    EXPECT_FALSE(sql::has_unsealed_rows(connection, past_it));
    EXPECT_EQ(sql::seal_rows(connection, past_it).rows, 0);
    EXPECT_TRUE(sql::has_unsealed_rows(connection, first.up_to));
    EXPECT_EQ(sql::seal_rows(connection, first.up_to).rows, 1);
    return {};
  }));
}

TEST(SealMark, stays_ten_seconds_behind_and_looks_at_all_once_a_minute) {
  const auto at = [](int second) {
    return sql::SealMark::Instant(std::chrono::hours(1) + std::chrono::seconds(second));
  };
  const sql::LedgerPositions nothing;
  sql::SealMark mark;
  EXPECT_EQ(mark.look_after(at(0)), nothing);
  mark.note({10, 20}, at(0));
  mark.note({11, 22}, at(9));
  EXPECT_EQ(mark.look_after(at(9)), nothing) << "what was sealed just now may have earlier rows beside it";
  mark.note({30, 40}, at(10));
  EXPECT_EQ(mark.look_after(at(19)), (sql::LedgerPositions{10, 20}));
  mark.note({0, 50}, at(20));
  EXPECT_EQ(mark.look_after(at(21)), (sql::LedgerPositions{30, 40})) << "a batch without audit rows takes nothing back";
  EXPECT_EQ(mark.look_after(at(60)), nothing);
  EXPECT_EQ(mark.look_after(at(61)), (sql::LedgerPositions{30, 40}));
}

TEST_P(Sealing, after_gatehouse_fence_finds_what_was_live_dead) {
  const auto user = add_user("ada@example.com");
  const auto session = new_session(user.id);
  domain::TotpSecret secret;
  secret.id = domain::FactorId("f1");
  secret.user_id = user.id;
  secret.sealed_secret = "sealed elsewhere";
  secret.created_at = kNow;
  write([&](Tx& tx) -> Result<> {
    GH_CHECK(tx.sessions().add(session));
    GH_CHECK(tx.verification_tokens().add(new_token(domain::TokenPurpose::reset_password, user.id)));
    GH_CHECK(tx.challenges().add(new_challenge(user.id)));
    return tx.factors().put_totp(secret);
  });
  add_tickets({domain::OAuthTicketKind::state, domain::OAuthTicketKind::spent_id_token});
  auto& sql_store = dynamic_cast<sql::SqlStore&>(store());
  const auto report =
      must(sql_store.fence(kNow, 5min, [&](Tx& tx) { return tx.audit().add(new_entry("", "store.fenced")); }));
  EXPECT_EQ(report.sessions, 1);
  EXPECT_EQ(report.tokens, 1);
  EXPECT_EQ(report.challenges, 1);
  EXPECT_EQ(report.factors, 1);
  seal();
  EXPECT_EQ(rows_of("oauth_tickets"), 1) << "a spent ID token stays spent";
  EXPECT_EQ(read([&](Tx& tx) { return tx.sessions().find(session.id); }), std::nullopt);
  EXPECT_FALSE(write([&](Tx& tx) { return tx.factors().accept_totp_step(user.id, to_unix_seconds(kNow) / 30); }));
  const auto endings = read([&](Tx& tx) { return tx.invalidations().list_endings(0, kNow, 10); });
  ASSERT_EQ(endings.size(), 1U);
  EXPECT_EQ(endings.front().session_id, session.id);
  EXPECT_EQ(read([](Tx& tx) { return tx.machinery().find_fact("audit_epoch"); }), "1");
  must(sql_store.fence(kNow, 5min, [](Tx&) -> Result<> { return {}; }));
  EXPECT_EQ(read([](Tx& tx) { return tx.machinery().find_fact("audit_epoch"); }), "2");
  expect_whole_chain(1);
}

}  // namespace
}  // namespace gatehouse::adapters::storage
