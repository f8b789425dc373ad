#pragma once
// Caller: who makes a call, proved. Only authenticate.cpp (and the command line, for its operator) can make one, so a
// use case that takes a Caller can't be reached without proof: what is forgotten is refused.
#include <string>
#include <utility>

#include "domain/identity/actor.hpp"
#include "domain/identity/audit_entry.hpp"

namespace gatehouse::application {

enum class CallerKind {
  session,       ///< the session itself: may do what the actor may
  access_token,  ///< a JWT whose session is live: may only read (decision 3)
  service,       ///< a service key
  operator_,     ///< the command line on the machine itself
};

class Caller {
 public:
  CallerKind kind() const { return kind_; }
  /// The person; of services and operators only `permissions` is filled.
  const domain::Actor& actor() const { return actor_; }
  /// Service name or operator's login; empty for people.
  const std::string& name() const { return name_; }
  const domain::UserId& user_id() const { return actor_.user_id; }
  const domain::SessionId& session_id() const { return actor_.session_id; }
  /// SHA-256 of the session token the call came with; empty for other kinds.
  const std::string& token_hash() const { return token_hash_; }

  bool has_permission(std::string_view permission) const {
    return kind_ == CallerKind::operator_ || actor_.has_permission(permission);
  }
  bool is_person() const { return kind_ == CallerKind::session || kind_ == CallerKind::access_token; }

  domain::ActorType audit_type() const;
  /// User id, service name or operator's login, as audit rows and events carry it.
  const std::string& audit_id() const { return is_person() ? actor_.user_id.str() : name_; }

 private:
  friend class Authenticator;
  friend Caller operator_caller(std::string login);
  Caller(CallerKind kind, domain::Actor actor, std::string name, std::string token_hash)
      : kind_(kind), actor_(std::move(actor)), name_(std::move(name)), token_hash_(std::move(token_hash)) {}

  CallerKind kind_;
  domain::Actor actor_;
  std::string name_;
  std::string token_hash_;
};

/// The person at the machine's command line: may everything, and is named in the audit log.
Caller operator_caller(std::string login);

}  // namespace gatehouse::application
