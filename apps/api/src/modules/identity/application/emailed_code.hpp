#pragma once
// The emailed code: asked for where a sign-in is suspicious and the account has no second factor (`[risk] on_suspicious
// = challenge`), and by providers that can't prove a fresh login. Six digits, ten minutes, bound to the one challenge
// that asked for it. It never makes aal2 (decision 9).
#include "modules/identity/application/record.hpp"

namespace gatehouse::application {

/// Mails a code for the challenge; only its keyed hash is stored.
Result<> mail_code(ports::Tx& tx, Record& record, const Dependencies& deps, const domain::User& user,
                   const domain::MfaChallenge& challenge, Timestamp now);

/// Whether this is the challenge's code; it is spent by a right answer. Called inside the write closure that counts the
/// try.
Result<bool> take_code(ports::Tx& tx, const Dependencies& deps, const domain::MfaChallenge& challenge,
                       std::string_view code, Timestamp now);

}  // namespace gatehouse::application
