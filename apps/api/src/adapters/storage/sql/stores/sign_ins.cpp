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
                                           const std::optional<domain::DeviceId>& device,
                                           const std::vector<ports::BudgetKey>& budgets, Timestamp now) {
  const auto by_email = SqlUsers::ask_by_email(email_canonical);
  const auto pending_of = SqlPendingSignUps::ask_live_of(email_canonical, now);
  std::vector<Connection::Question> questions{by_email.question, pending_of.question};
  const auto of_device = device ? std::optional(SqlDevices::ask_by_id(*device)) : std::nullopt;
  if (of_device) questions.push_back(of_device->question);
  // Last: others of the same network wait from here to the end of the commit.
  const auto holding = throttle_.ask_to_hold(budgets);
  if (holding) questions.push_back(*holding);
  const std::vector<Rows> answers = connection_.query_all(questions);
  if (holding) throttle_.note_held(budgets, answers.back());
  return ports::Claimed{by_email.read(answers[0]), pending_of.read(answers[1]),
                        of_device ? of_device->read(answers[2]) : std::nullopt};
}

Result<ports::Standing> SqlSignIns::standing(const ports::PastQuestion& question, Timestamp now) {
  const auto& id = question.user_id;
  auto [user, sessions, past, spread, totp, roles] =
      ask_all(connection_, SqlUsers::ask_and_hold(id), SqlSessions::ask_count_at_most(id),
              SqlLoginAttempts::ask_tries(question), SqlLoginAttempts::ask_spread(question), SqlFactors::ask_totp(id),
              SqlRoleAssignments::ask_live_of(id, now));
  if (!user) return fail(ErrorCode::not_found);
  past.spread = std::move(spread);
  return ports::Standing{{std::move(*user), sessions}, std::move(past), std::move(totp), std::move(roles)};
}

Result<ports::HeldUser> SqlSignIns::hold(const domain::UserId& id) {
  auto [user, sessions] = ask_all(connection_, SqlUsers::ask_and_hold(id), SqlSessions::ask_count_at_most(id));
  if (!user) return fail(ErrorCode::not_found);
  return ports::HeldUser{std::move(*user), sessions};
}

}  // namespace gatehouse::adapters::sql
