#pragma once
// Invitations (decision 11): what the token of an invitation carries, written by whoever invites (create_user) and read
// when it is accepted. Its roles exist only from then on, and only those that its maker may still give.
#include <string>
#include <vector>

#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/record.hpp"
#include "modules/identity/application/request_info.hpp"

namespace gatehouse::application {

struct InvitationTerms {
  std::vector<std::string> roles;
  domain::ActorType maker_type = domain::ActorType::user;
  std::string maker;  ///< user id, service name or operator's login
};

/// The payload of a token with purpose accept_invitation.
std::string invitation_payload(const std::vector<std::string>& roles, const Caller& maker);
/// What such a payload says; no roles where it can't be read.
InvitationTerms invitation_terms(const std::string& payload);

/// Gives the roles of an invitation to the user who has just confirmed its address, as far as its maker may still give
/// them; the others are put on record as denied. Called inside a write closure.
Result<> give_invited_roles(ports::Tx& tx, Record& record, const Dependencies& deps, const domain::User& user,
                            const InvitationTerms& terms, Timestamp now);

struct AcceptInvitationInput {
  std::string token;
  Secret<std::string> password;
  std::optional<std::string> name;
};

/// Sets the password, confirms the address and gives the roles. Makes no session. Returns `invalid_token`,
/// `wrong_token_type`, `password_rejected`, `sign_up_closed`, `invalid_request` (name), `overloaded`.
Result<domain::UserId> accept_invitation(const Dependencies& deps, const AcceptInvitationInput& input,
                                         const RequestInfo& request);

}  // namespace gatehouse::application
