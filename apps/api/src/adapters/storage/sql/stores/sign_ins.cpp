#include "adapters/storage/sql/stores/sign_ins.hpp"

#include <utility>

#include "adapters/storage/sql/ask.hpp"
#include "adapters/storage/sql/stores/attempts.hpp"
#include "adapters/storage/sql/stores/devices.hpp"
#include "adapters/storage/sql/stores/factors.hpp"
#include "adapters/storage/sql/stores/pending_sign_ups.hpp"
#include "adapters/storage/sql/stores/roles.hpp"
#include "adapters/storage/sql/stores/sessions.hpp"
#include "adapters/storage/sql/stores/users.hpp"

namespace gatehouse::adapters::sql {

Result<ports::Claimed> SqlSignIns::claimed(const std::string& email_canonical,
                                           const std::optional<domain::DeviceId>& device, Timestamp now) {
  const auto by_email = SqlUsers::ask_by_email(email_canonical);
  const auto pending_of = SqlPendingSignUps::ask_live_of(email_canonical, now);
  if (!device) {
    auto [user, pending] = ask_all(connection_, by_email, pending_of);
    return ports::Claimed{std::move(user), std::move(pending), std::nullopt};
  }
  auto [user, pending, row] = ask_all(connection_, by_email, pending_of, SqlDevices::ask_by_id(*device));
  return ports::Claimed{std::move(user), std::move(pending), std::move(row)};
}

Result<ports::Standing> SqlSignIns::standing(const ports::PastQuestion& question, Timestamp now) {
  const auto& id = question.user_id;
  auto [user, sessions, failures, known_network, spread, totp, roles] = ask_all(
      connection_, SqlUsers::ask_and_hold(id), SqlSessions::ask_count_at_most(id),
      SqlLoginAttempts::ask_failures(question), SqlLoginAttempts::ask_known_network(question),
      SqlLoginAttempts::ask_spread(question), SqlFactors::ask_totp(id), SqlRoleAssignments::ask_live_of(id, now));
  if (!user) return fail(ErrorCode::not_found);
  return ports::Standing{
      {std::move(*user), sessions}, {failures, known_network, std::move(spread)}, std::move(totp), std::move(roles)};
}

Result<ports::HeldUser> SqlSignIns::hold(const domain::UserId& id) {
  auto [user, sessions] = ask_all(connection_, SqlUsers::ask_and_hold(id), SqlSessions::ask_count_at_most(id));
  if (!user) return fail(ErrorCode::not_found);
  return ports::HeldUser{std::move(*user), sessions};
}

}  // namespace gatehouse::adapters::sql
