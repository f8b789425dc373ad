#pragma once
// Mailed tokens and the sign-ups that wait for one. Use-once: consume() is one guarded DELETE whose row count decides.
#include "domain/identity/pending_sign_up.hpp"
#include "domain/identity/verification_token.hpp"
#include "foundation/result.hpp"

namespace gatehouse::ports {

class VerificationTokens {
 public:
  virtual ~VerificationTokens() = default;
  /// A token of a sign-up is added after its pending row and goes with it.
  virtual Result<> add(const domain::VerificationToken& token) = 0;
  /// For looking only; whoever acts on a token consumes it.
  virtual Result<std::optional<domain::VerificationToken>> find(const domain::VerificationTokenId& id) = 0;
  /// Takes the token if id, hash and purpose fit and it has not expired; nothing otherwise. At most one caller gets it.
  virtual Result<std::optional<domain::VerificationToken>> consume(const domain::VerificationTokenId& id,
                                                                   const std::string& token_hash,
                                                                   domain::TokenPurpose purpose, Timestamp now) = 0;
  /// The newest unexpired one of a user (or, for a purpose without a user, of an address).
  virtual Result<std::optional<domain::VerificationToken>> newest(const domain::UserId& user,
                                                                  domain::TokenPurpose purpose, Timestamp now) = 0;
  virtual Result<std::optional<domain::VerificationToken>> newest_for_email(const std::string& email_canonical,
                                                                            domain::TokenPurpose purpose,
                                                                            Timestamp now) = 0;
  /// All unexpired ones of a user and purpose, oldest first.
  virtual Result<std::vector<domain::VerificationToken>> list(const domain::UserId& user, domain::TokenPurpose purpose,
                                                              Timestamp now) = 0;
  /// Voids a user's tokens of the purposes given (all purposes when empty); returns how many.
  virtual Result<int> remove_for_user(const domain::UserId& user,
                                      const std::vector<domain::TokenPurpose>& purposes) = 0;
  virtual Result<int> remove_for_email(const std::string& email_canonical, domain::TokenPurpose purpose) = 0;
  virtual Result<int> remove_expired(Timestamp now, int limit) = 0;
};

class PendingSignUps {
 public:
  virtual ~PendingSignUps() = default;
  /// Keeps at most `kMaxPerAddress` of an address: the oldest beyond it goes.
  static constexpr int kMaxPerAddress = 5;
  virtual Result<> add(const domain::PendingSignUp& pending) = 0;
  /// Unexpired ones of an address, oldest first; their hashes share one salt.
  virtual Result<std::vector<domain::PendingSignUp>> list(const std::string& email_canonical, Timestamp now) = 0;
  /// Takes the row; nothing when it was taken or has expired.
  virtual Result<std::optional<domain::PendingSignUp>> consume(const domain::PendingSignUpId& id, Timestamp now) = 0;
  virtual Result<int> remove_all(const std::string& email_canonical) = 0;
  virtual Result<int> remove_expired(Timestamp now, int limit) = 0;
};

}  // namespace gatehouse::ports
