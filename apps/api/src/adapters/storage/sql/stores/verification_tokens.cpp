#include "adapters/storage/sql/stores/verification_tokens.hpp"

#include "adapters/storage/sql/stores/filter.hpp"
#include "adapters/storage/sql/stores/mapping.hpp"

namespace gatehouse::adapters::sql {
namespace {

#define GH_COLUMNS \
  "id, purpose, user_id, pending_sign_up_id, email, email_canonical, token_hash, payload, created_at, expires_at"

constexpr Statement kAdd{"verification_tokens.add", "INSERT INTO verification_tokens (" GH_COLUMNS
                                                    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"};
constexpr Statement kFind{"verification_tokens.find", "SELECT " GH_COLUMNS " FROM verification_tokens WHERE id = ?1"};
constexpr Statement kConsume{"verification_tokens.consume",
                             "DELETE FROM verification_tokens WHERE id = ?1 AND token_hash = ?2 AND purpose = ?3 "
                             "AND expires_at > ?4 RETURNING " GH_COLUMNS};
constexpr Statement kNewest{"verification_tokens.newest",
                            "SELECT " GH_COLUMNS
                            " FROM verification_tokens WHERE user_id = ?1 AND purpose = ?2 AND expires_at > ?3 "
                            "ORDER BY created_at DESC, id DESC LIMIT 1"};
constexpr Statement kNewestForEmail{"verification_tokens.newest_for_email",
                                    "SELECT " GH_COLUMNS
                                    " FROM verification_tokens WHERE email_canonical = ?1 AND purpose = ?2 "
                                    "AND expires_at > ?3 ORDER BY created_at DESC, id DESC LIMIT 1"};
constexpr Statement kList{"verification_tokens.list",
                          "SELECT " GH_COLUMNS
                          " FROM verification_tokens WHERE user_id = ?1 AND purpose = ?2 AND expires_at > ?3 "
                          "ORDER BY created_at, id"};
constexpr Statement kRemoveForEmail{"verification_tokens.remove_for_email",
                                    "DELETE FROM verification_tokens WHERE email_canonical = ?1 AND purpose = ?2"};
constexpr Statement kRemoveExpired{"verification_tokens.remove_expired",
                                   "DELETE FROM verification_tokens WHERE id IN (SELECT id FROM verification_tokens "
                                   "WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)"};
#undef GH_COLUMNS

domain::VerificationToken mapped(const Row& row) {
  domain::VerificationToken token;
  token.id = row.id<domain::VerificationTokenId>(0);
  token.purpose = enum_at<domain::TokenPurpose>(row, 1);
  token.user_id = row.optional_id<domain::UserId>(2);
  token.pending_sign_up_id = row.optional_id<domain::PendingSignUpId>(3);
  token.email = row.text(4);
  token.email_canonical = row.text(5);
  token.token_hash = row.blob(6);
  token.payload = row.json(7);
  token.created_at = row.time(8);
  token.expires_at = row.time(9);
  return token;
}

}  // namespace

Result<> SqlVerificationTokens::add(const domain::VerificationToken& token) {
  connection_.send(kAdd, {token.id, named(token.purpose), token.user_id, token.pending_sign_up_id, token.email,
                          token.email_canonical, Blob{token.token_hash},
                          Json{token.payload.empty() ? "{}" : token.payload}, token.created_at, token.expires_at});
  return {};
}

Result<std::optional<domain::VerificationToken>> SqlVerificationTokens::find(const domain::VerificationTokenId& id) {
  return map_one(connection_.query_one(kFind, {id}), mapped);
}

Result<std::optional<domain::VerificationToken>> SqlVerificationTokens::consume(const domain::VerificationTokenId& id,
                                                                                const std::string& token_hash,
                                                                                domain::TokenPurpose purpose,
                                                                                Timestamp now) {
  return map_one(connection_.query_one(kConsume, {id, Blob{token_hash}, named(purpose), now}), mapped);
}

Result<std::optional<domain::VerificationToken>> SqlVerificationTokens::newest(const domain::UserId& user,
                                                                               domain::TokenPurpose purpose,
                                                                               Timestamp now) {
  return map_one(connection_.query_one(kNewest, {user, named(purpose), now}), mapped);
}

Result<std::optional<domain::VerificationToken>> SqlVerificationTokens::newest_for_email(
    const std::string& email_canonical, domain::TokenPurpose purpose, Timestamp now) {
  return map_one(connection_.query_one(kNewestForEmail, {email_canonical, named(purpose), now}), mapped);
}

Result<std::vector<domain::VerificationToken>> SqlVerificationTokens::list(const domain::UserId& user,
                                                                           domain::TokenPurpose purpose,
                                                                           Timestamp now) {
  return map_all(connection_.query(kList, {user, named(purpose), now}), mapped);
}

Result<int> SqlVerificationTokens::remove_for_user(const domain::UserId& user,
                                                   const std::vector<domain::TokenPurpose>& purposes) {
  Filter filter;
  filter.add("user_id = ?", user);
  std::string list;
  for (const auto purpose : purposes) list += (list.empty() ? "" : ", ") + filter.place(named(purpose));
  if (!list.empty()) filter.add("purpose IN (" + list + ")");
  const std::string text = "DELETE FROM verification_tokens" + filter.where();
  return static_cast<int>(connection_.execute({"verification_tokens.remove_for_user", text}, filter.params()));
}

Result<int> SqlVerificationTokens::remove_for_email(const std::string& email_canonical, domain::TokenPurpose purpose) {
  return static_cast<int>(connection_.execute(kRemoveForEmail, {email_canonical, named(purpose)}));
}

Result<int> SqlVerificationTokens::remove_expired(Timestamp now, int limit) {
  return static_cast<int>(connection_.execute(kRemoveExpired, {now, limit}));
}

}  // namespace gatehouse::adapters::sql
