#include "adapters/storage/sql/stores/challenges.hpp"

#include "adapters/storage/sql/stores/mapping.hpp"

namespace gatehouse::adapters::sql {
namespace {

#define GH_COLUMNS                                                                                        \
  "id, token_hash, user_id, client_id, purpose, service, first_factor, credential_version, wrong_codes, " \
  "created_at, expires_at, state, verified_at, verified_amr, device_id, ip, user_agent, cookie_hash, session_id"

constexpr Statement kAdd{"challenges.add", "INSERT INTO mfa_challenges (" GH_COLUMNS
                                           ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
                                           "?15, ?16, ?17, ?18, ?19)"};
constexpr Statement kFind{"challenges.find", "SELECT " GH_COLUMNS " FROM mfa_challenges WHERE id = ?1"};
constexpr Statement kSpendTry{"challenges.spend_try",
                              "UPDATE mfa_challenges SET wrong_codes = wrong_codes + 1 WHERE id = ?1 "
                              "AND state = 'pending' AND expires_at > ?3 AND wrong_codes < ?2"};
constexpr Statement kFinish{"challenges.finish",
                            "UPDATE mfa_challenges SET state = 'verified', verified_at = ?3, verified_amr = ?2 "
                            "WHERE id = ?1 AND state = 'pending' AND expires_at > ?3"};
constexpr Statement kFail{"challenges.fail",
                          "UPDATE mfa_challenges SET state = 'failed' WHERE id = ?1 AND state = 'pending'"};
constexpr Statement kRemoveForUser{"challenges.remove_for_user", "DELETE FROM mfa_challenges WHERE user_id = ?1"};
constexpr Statement kRemoveExpired{"challenges.remove_expired",
                                   "DELETE FROM mfa_challenges WHERE id IN (SELECT id FROM mfa_challenges "
                                   "WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)"};
#undef GH_COLUMNS

domain::MfaChallenge mapped(const Row& row) {
  domain::MfaChallenge challenge;
  challenge.id = row.id<domain::ChallengeId>(0);
  challenge.token_hash = row.blob(1);
  challenge.user_id = row.id<domain::UserId>(2);
  challenge.client_id = row.text(3);
  challenge.purpose = row.text(4);
  challenge.service = row.optional_text(5);
  challenge.first_factor = words_at(row, 6);
  challenge.credential_version = row.integer(7);
  challenge.wrong_codes = row.integer(8);
  challenge.created_at = row.time(9);
  challenge.expires_at = row.time(10);
  challenge.state = enum_at<domain::ChallengeState>(row, 11);
  challenge.verified_at = row.optional_time(12);
  challenge.verified_amr = words_at(row, 13);
  challenge.device_id = row.optional_id<domain::DeviceId>(14);
  challenge.ip = row.text(15);
  challenge.user_agent = row.text(16);
  challenge.cookie_hash = row.optional_blob(17);
  challenge.session_id = row.optional_id<domain::SessionId>(18);
  return challenge;
}

}  // namespace

Result<> SqlChallenges::add(const domain::MfaChallenge& c) {
  connection_.send(
      kAdd, {c.id, Blob{c.token_hash}, c.user_id, c.client_id, c.purpose, c.service, word_list(c.first_factor),
             c.credential_version, c.wrong_codes, c.created_at, c.expires_at, named(c.state), c.verified_at,
             word_list(c.verified_amr), c.device_id, c.ip, c.user_agent, maybe_blob(c.cookie_hash), c.session_id});
  return {};
}

Result<std::optional<domain::MfaChallenge>> SqlChallenges::find(const domain::ChallengeId& id) {
  return map_one(connection_.query_one(kFind, {id}), mapped);
}

Result<bool> SqlChallenges::spend_try(const domain::ChallengeId& id, int limit, Timestamp now) {
  return connection_.execute(kSpendTry, {id, limit, now}) == 1;
}

Result<bool> SqlChallenges::finish(const domain::ChallengeId& id, const std::vector<std::string>& amr, Timestamp now) {
  return connection_.execute(kFinish, {id, word_list(amr), now}) == 1;
}

Result<> SqlChallenges::fail(const domain::ChallengeId& id) {
  connection_.send(kFail, {id});
  return {};
}

Result<int> SqlChallenges::remove_for_user(const domain::UserId& user) {
  return static_cast<int>(connection_.execute(kRemoveForUser, {user}));
}

Result<int> SqlChallenges::remove_expired(Timestamp now, int limit) {
  return static_cast<int>(connection_.execute(kRemoveExpired, {now, limit}));
}

}  // namespace gatehouse::adapters::sql
