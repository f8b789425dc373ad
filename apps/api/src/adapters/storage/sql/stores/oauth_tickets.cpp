#include "adapters/storage/sql/stores/oauth_tickets.hpp"

#include "adapters/storage/sql/stores/mapping.hpp"

namespace gatehouse::adapters::sql {
namespace {

#define GH_COLUMNS "id, kind, token_hash, provider, client_id, intent, session_id, payload, created_at, expires_at"

constexpr Statement kAdd{"oauth_tickets.add", "INSERT INTO oauth_tickets (" GH_COLUMNS
                                              ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) "
                                              "ON CONFLICT (kind, token_hash) DO NOTHING"};
constexpr Statement kFind{"oauth_tickets.find",
                          "SELECT " GH_COLUMNS " FROM oauth_tickets WHERE kind = ?1 AND token_hash = ?2"};
constexpr Statement kConsume{"oauth_tickets.consume", "DELETE FROM oauth_tickets WHERE id = ?1 AND expires_at > ?2"};
constexpr Statement kRemoveExpired{"oauth_tickets.remove_expired",
                                   "DELETE FROM oauth_tickets WHERE id IN (SELECT id FROM oauth_tickets "
                                   "WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)"};
#undef GH_COLUMNS

domain::OAuthTicket mapped(const Row& row) {
  domain::OAuthTicket ticket;
  ticket.id = row.id<domain::OAuthTicketId>(0);
  ticket.kind = enum_at<domain::OAuthTicketKind>(row, 1);
  ticket.token_hash = row.blob(2);
  ticket.provider = row.text(3);
  ticket.client_id = row.text(4);
  ticket.intent = enum_at<domain::OAuthIntent>(row, 5);
  ticket.session_id = row.optional_id<domain::SessionId>(6);
  ticket.payload = row.blob(7);
  ticket.created_at = row.time(8);
  ticket.expires_at = row.time(9);
  return ticket;
}

}  // namespace

Result<bool> SqlOAuthTickets::add(const domain::OAuthTicket& t) {
  return connection_.execute(kAdd, {t.id, named(t.kind), Blob{t.token_hash}, t.provider, t.client_id, named(t.intent),
                                    t.session_id, Blob{t.payload}, t.created_at, t.expires_at}) == 1;
}

Result<std::optional<domain::OAuthTicket>> SqlOAuthTickets::find(domain::OAuthTicketKind kind,
                                                                 const std::string& token_hash) {
  return map_one(connection_.query_one(kFind, {named(kind), Blob{token_hash}}), mapped);
}

Result<bool> SqlOAuthTickets::consume(const domain::OAuthTicketId& id, Timestamp now) {
  return connection_.execute(kConsume, {id, now}) == 1;
}

Result<int> SqlOAuthTickets::remove_expired(Timestamp time, int limit) {
  return static_cast<int>(connection_.execute(kRemoveExpired, {time, limit}));
}

}  // namespace gatehouse::adapters::sql
