#include "adapters/storage/tests/store_contract.hpp"
#include "domain/identity/oauth_ticket.hpp"

namespace gatehouse::adapters::storage {
namespace {

using domain::OAuthTicket;
using domain::OAuthTicketKind;

class OAuthTicketsContract : public StoreContract {
 protected:
  OAuthTicket new_ticket(OAuthTicketKind kind) {
    OAuthTicket ticket;
    ticket.id = domain::OAuthTicketId(next_id());
    ticket.kind = kind;
    ticket.token_hash = hash32();
    ticket.provider = "google";
    ticket.client_id = "app";
    ticket.intent = domain::OAuthIntent::link;
    ticket.session_id = domain::SessionId("session-1");
    ticket.payload = std::string("\0sealed\xff", 8);
    ticket.created_at = kNow;
    ticket.expires_at = kNow + 10min;
    return ticket;
  }
  bool add(const OAuthTicket& ticket) {
    return write([&](Tx& tx) { return tx.oauth_tickets().add(ticket); });
  }
  std::optional<OAuthTicket> find(const OAuthTicket& ticket) {
    return read([&](Tx& tx) { return tx.oauth_tickets().find(ticket.kind, ticket.token_hash); });
  }
};
INSTANTIATE_TEST_SUITE_P(Stores, OAuthTicketsContract, testing::ValuesIn(contract_databases()),
                         [](const auto& kind) { return kind.param; });

TEST_P(OAuthTicketsContract, gives_back_every_member_and_only_for_its_kind) {
  const auto ticket = new_ticket(OAuthTicketKind::state);
  EXPECT_TRUE(add(ticket));
  const auto got = find(ticket);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->id, ticket.id);
  EXPECT_EQ(got->provider, ticket.provider);
  EXPECT_EQ(got->client_id, ticket.client_id);
  EXPECT_EQ(got->intent, ticket.intent);
  EXPECT_EQ(got->session_id, ticket.session_id);
  EXPECT_EQ(got->payload, ticket.payload);
  EXPECT_EQ(got->created_at, ticket.created_at);
  EXPECT_EQ(got->expires_at, ticket.expires_at);
  auto other = ticket;
  other.kind = OAuthTicketKind::code;
  EXPECT_FALSE(find(other));
}

TEST_P(OAuthTicketsContract, a_value_is_spent_once_per_kind) {
  auto spent = new_ticket(OAuthTicketKind::spent_id_token);
  EXPECT_TRUE(add(spent));
  spent.id = domain::OAuthTicketId(next_id());
  EXPECT_FALSE(add(spent));
  spent.kind = OAuthTicketKind::nonce;
  EXPECT_TRUE(add(spent));
  EXPECT_EQ(rows_of("oauth_tickets"), 2);
}

TEST_P(OAuthTicketsContract, one_of_many_at_once_takes_it) {
  const auto ticket = new_ticket(OAuthTicketKind::state);
  add(ticket);
  EXPECT_EQ(at_once([&](Tx& tx, int) { return tx.oauth_tickets().consume(ticket.id, kNow); }), 1);
  EXPECT_FALSE(find(ticket));
}

TEST_P(OAuthTicketsContract, an_expired_one_is_found_and_never_taken_until_the_janitor_comes) {
  const auto ticket = new_ticket(OAuthTicketKind::request);
  add(ticket);
  EXPECT_FALSE(write([&](Tx& tx) { return tx.oauth_tickets().consume(ticket.id, ticket.expires_at); }));
  EXPECT_TRUE(find(ticket));
  const auto sweep = [&](Timestamp time) {
    return write([&](Tx& tx) { return tx.oauth_tickets().remove_expired(time, 10); });
  };
  EXPECT_EQ(sweep(ticket.expires_at - Duration(1)), 0);
  EXPECT_EQ(sweep(ticket.expires_at), 1);
  EXPECT_EQ(rows_of("oauth_tickets"), 0);
}

}  // namespace
}  // namespace gatehouse::adapters::storage
