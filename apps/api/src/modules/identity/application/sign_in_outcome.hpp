#pragma once
// What a sign-in ends in, whichever way it came (password, second factor, provider): a session; a challenge that stands
// before it, and is never a session row or a cookie; or the duty to enrol a second factor first.
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "domain/identity/actor.hpp"
#include "domain/identity/session.hpp"
#include "foundation/secret.hpp"

namespace gatehouse::application {

/// The session, with its token shown this once.
struct SignedIn {
  domain::Session session;
  Secret<std::string> token;
  std::optional<Secret<std::string>> device_token;  ///< the known one again, or a new one; none after a step-up
  domain::Actor actor;
};

/// `methods`: totp, backup_code, emailed_code.
struct ChallengeIssued {
  Secret<std::string> id;  ///< `gthc_…`: it is a secret, stored hashed
  std::vector<std::string> methods;
  Timestamp expires_at;
  std::string client_id;
  std::optional<Secret<std::string>> cookie;  ///< cookie clients: binds the challenge to the browser
};

/// Good only for TOTP enrolment.
struct EnrollmentIssued {
  Secret<std::string> token;
  Timestamp expires_at;
};

using SignInOutcome = std::variant<SignedIn, ChallengeIssued, EnrollmentIssued>;

}  // namespace gatehouse::application
