#pragma once
// Record: what a state change leaves behind, written in its transaction: audit rows, outbox events, frozen mails
// (house.md "Events: nothing lost, nothing invented"). Made inside the write closure, one a transaction:
//
//   Record record(tx, deps, request, now);
//   GH_CHECK(record.audit(by(caller), audit_actions::kPasswordChanged, user.id));
//   GH_CHECK(record.event(topics::kPasswordChanged, user.id, {{"user_id", user.id.str()}}));
//   GH_CHECK(record.mail(mail_templates::kPasswordChanged, user, {}));
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "domain/identity/audit_actions.hpp"
#include "domain/identity/audit_entry.hpp"
#include "domain/identity/user.hpp"
#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/request_info.hpp"

namespace gatehouse::application {

/// Who did it, as audit rows and events say.
struct By {
  domain::ActorType type = domain::ActorType::anonymous;
  std::string id{};
};
By by(const Caller& caller);
By by_user(const domain::UserId& user);
By by_system();
By by_nobody();

/// The rest of an audit row; all optional.
struct AuditDetail {
  domain::AuditOutcome outcome = domain::AuditOutcome::success;
  std::string reason{};            ///< an error code or a stable word
  boost::json::object details{};   ///< no personal data
  boost::json::object personal{};  ///< kept apart and erasable; ip and user agent are added by themselves
};

struct MailDetail {
  std::optional<std::string> to{};  ///< another address than the user's
  std::optional<Timestamp> expires_at{};
};

class Record {
 public:
  Record(ports::Tx& tx, const Dependencies& deps, const RequestInfo& request, Timestamp now)
      : tx_(tx), deps_(deps), request_(request), now_(now) {}

  /// The audit row, and the identity.audit.recorded event that carries its public part.
  Result<> audit(const By& by, std::string_view action, const domain::UserId& subject, AuditDetail detail = {});
  /// An event for other domains; `data` as its JSON Schema in packages/contracts/events says.
  Result<> event(std::string_view topic, const domain::UserId& subject, boost::json::object data);
  /// A mail to a user, or to an address that has no user yet. Templates that are not ours to send
  /// (`[mail] send`) are left out, unless they carry a link or a code. A notice to an address that mail came back from
  /// is recorded as failed and not sent: mail that bounces again and again harms everybody's. What somebody asked for
  /// (a link to reset, a code) is always tried, since it may be the only way back in.
  Result<> mail(const std::string& template_name, const domain::User& user, std::map<std::string, std::string> values,
                MailDetail detail = {});
  Result<> mail_to(const std::string& template_name, const std::string& address,
                   std::map<std::string, std::string> values, std::optional<domain::UserId> user = {},
                   std::optional<Timestamp> expires_at = {});
  /// The work of mail_to() for an address that gets none: what it writes goes again in the same transaction.
  Result<> pretend_mail(const std::string& template_name, const std::string& address,
                        std::map<std::string, std::string> values);

 private:
  Result<domain::MailMessage> rendered(const std::string& template_name, const std::string& address,
                                       std::map<std::string, std::string> values);
  Result<> outbox(std::string_view topic, const std::optional<domain::UserId>& subject, boost::json::object data);

  ports::Tx& tx_;
  const Dependencies& deps_;
  const RequestInfo& request_;
  Timestamp now_;
};

/// An id of a new row: UUIDv7.
std::string new_id(Timestamp now);

}  // namespace gatehouse::application
