#pragma once
// Token policy: how long each mailed link is good, when a request for another is absorbed, and the rules of changing an
// address and undoing it. Pure. Using a token once is the store's: one guarded statement.
#include <optional>
#include <vector>

#include "domain/identity/user.hpp"
#include "domain/identity/verification_token.hpp"

namespace gatehouse::domain {

inline constexpr Duration kUndoWindow = std::chrono::hours(24 * 7);
inline constexpr Duration kResetGuard = std::chrono::hours(72);
inline constexpr Duration kResetAbsorbed = std::chrono::minutes(5);

/// verify_email and change_email 24 h, reset_password 1 h, accept_invitation 48 h, undo_email_change and not_me 7 days,
/// enroll_mfa 15 min, emailed_code 10 min (ASVS 6.5.5). cancel_deletion has none of its own: its link ends with the
/// grace period that the account was given, so whoever makes it says when.
Duration lifetime_of(TokenPurpose purpose);

bool is_live(const VerificationToken& token, TokenPurpose purpose, Timestamp now);

/// Whether a request to reset is absorbed: the newest live reset token is younger than five minutes, and its link stays
/// good. So nobody can void the link that somebody else is about to click.
bool absorbs_reset(const std::optional<VerificationToken>& newest, Timestamp now);

/// Undoing a change of address restores the one before the *first* change of the last seven days, whichever of the
/// mailed links is clicked: of the user's live undo tokens the oldest names it. nullptr when none is live.
const VerificationToken* undo_target(const std::vector<VerificationToken>& undo_tokens, Timestamp now);

/// Whether a reset of this user's password must prove a second factor besides the mail: for 72 hours after an undone
/// change of address. Without a factor only support can help then.
bool reset_needs_second_factor(const User& user, Timestamp now);

}  // namespace gatehouse::domain
