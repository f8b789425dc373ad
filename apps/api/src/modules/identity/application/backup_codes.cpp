#include "modules/identity/application/backup_codes.hpp"

#include "auth/crypto/constant_time.hpp"
#include "auth/crypto/random.hpp"
#include "auth/password_hash.hpp"
#include "domain/identity/factor_policy.hpp"
#include "modules/identity/application/record.hpp"

namespace gatehouse::application {
namespace {

constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t kCharacters = 16;
constexpr std::size_t kGroup = 4;

Secret<std::string> draw() {
  const std::string random = auth::random_bytes(kCharacters);
  std::string code;
  for (const unsigned char byte : random) code += kAlphabet[byte % kAlphabet.size()];
  return Secret<std::string>(std::move(code));
}

Secret<std::string> grouped(const Secret<std::string>& plain) {
  std::string text;
  for (std::size_t i = 0; i < kCharacters; ++i) {
    if (i > 0 && i % kGroup == 0) text += '-';
    text += plain.expose()[i];
  }
  return Secret<std::string>(std::move(text));
}

}  // namespace

Result<BackupCodeSet> make_backup_codes(const Dependencies& deps, const domain::UserId& user, Timestamp now) {
  static_assert(256 % kAlphabet.size() == 0, "else some characters would be likelier");
  BackupCodeSet set;
  for (std::size_t i = 0; i < domain::kBackupCodes; ++i) {
    const auto plain = draw();
    GH_TRY(auto hash,
           set.rows.empty() ? deps.hasher.hash(plain) : deps.hasher.hash_like(plain, set.rows.front().code_hash));
    domain::BackupCode row;
    row.id = domain::FactorId(new_id(now));
    row.user_id = user;
    row.created_at = now;
    const auto parsed = auth::parse_password_hash(hash);
    if (!parsed) return fail(ErrorCode::internal_error, {}, "the hasher made no PHC string");
    row.salt = parsed->salt;
    row.code_hash = std::move(hash);
    set.rows.push_back(std::move(row));
    set.texts.push_back(grouped(plain));
  }
  return set;
}

Secret<std::string> plain_backup_code(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (c == ' ' || c == '-') continue;
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    plain += lower == 'o' ? '0' : lower == 'i' || lower == 'l' ? '1' : lower;
  }
  return Secret<std::string>(std::move(plain));
}

Result<std::string> hash_backup_code(const Dependencies& deps, const std::vector<domain::BackupCode>& codes,
                                     const Secret<std::string>& code) {
  return deps.hasher.hash_like(code, codes.empty() ? deps.hasher.decoy() : codes.front().code_hash);
}

const domain::BackupCode* match_backup_code(const std::vector<domain::BackupCode>& codes, const std::string& hash) {
  const domain::BackupCode* match = nullptr;
  for (const auto& code : codes)
    if (auth::equal_in_constant_time(hash, code.code_hash)) match = &code;
  return match;
}

std::vector<std::string> shown(const std::vector<Secret<std::string>>& texts) {
  std::vector<std::string> plain;
  for (const auto& text : texts) plain.push_back(text.expose());
  return plain;
}

}  // namespace gatehouse::application
