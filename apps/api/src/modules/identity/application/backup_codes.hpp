#pragma once
// Backup codes (ASVS 6.5.2, NIST SP 800-63B-4 section 3.1.2): ten at a time, 80 random bits each in Crockford's base32,
// which nobody misreads. Hashed with Argon2id under one salt a set, so that one hash tries them all.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "modules/identity/application/dependencies.hpp"

namespace gatehouse::application {

struct BackupCodeSet {
  std::vector<Secret<std::string>> texts;  ///< "4mxk-q7ta-9bfz-08cd", shown once
  std::vector<domain::BackupCode> rows;
};

/// A new set; the caller replaces the old one by `rows`. Hashes ten times: call it with no transaction open. Returns
/// `overloaded`.
Result<BackupCodeSet> make_backup_codes(const Dependencies& deps, const domain::UserId& user, Timestamp now);

/// The code as it was hashed: case, spaces and hyphens don't matter, and o, i and l read as the digits they look like.
Secret<std::string> plain_backup_code(std::string_view text);

/// One Argon2id of the code under the salt of `codes`, or under the decoy's where there are none, to be compared with
/// each. Returns `overloaded`.
Result<std::string> hash_backup_code(const Dependencies& deps, const std::vector<domain::BackupCode>& codes,
                                     const Secret<std::string>& code);

/// The code whose hash this is.
const domain::BackupCode* match_backup_code(const std::vector<domain::BackupCode>& codes, const std::string& hash);

/// Their plain texts, for the one answer that shows them.
std::vector<std::string> shown(const std::vector<Secret<std::string>>& texts);

}  // namespace gatehouse::application
