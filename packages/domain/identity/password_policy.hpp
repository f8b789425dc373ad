#pragma once
// Password policy: whether a new password may be set, and if not why, by NIST SP 800-63B-4 section 3.1.1 and ASVS 6.2:
// length and guessability decide, never composition. The application assesses (list look-up, zxcvbn) and asks here;
// existing passwords are never judged. Pure; any thread.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.hpp"

namespace gatehouse::domain {

/// `[password]` of the configuration. Lengths are code points after NFC.
struct PasswordRules {
  std::size_t min_length = 15;     ///< NIST: 15 for a password alone, 8 where a second factor is required
  std::size_t max_length = 256;    ///< bounds the work of normalising; far above NIST's 64
  double min_entropy_bits = 27.0;  ///< log2 of zxcvbn's guesses; 27 is about its score 2
};

/// What is known about a password. Made by the application, since lists and estimators are not the domain's.
struct PasswordAssessment {
  std::optional<std::size_t> length;  ///< code points after NFC; none when it is not UTF-8
  bool common = false;                ///< it is on the list of common and breached passwords
  std::size_t beyond_context = 0;     ///< length_beyond_context(password, words)
  bool repetitive = false;            ///< is_repetitive(password)
  double entropy_bits = 0.0;          ///< log2 of zxcvbn's guesses, context words known to it
};

/// The person's and the service's own words: the parts of address, name and brand with at least four characters, in
/// lower case. For length_beyond_context and zxcvbn's user dictionary.
std::vector<std::string> context_words(std::string_view email, std::optional<std::string_view> name,
                                       std::string_view brand);

/// How many bytes of the password remain once every context word is taken out, whatever its case.
std::size_t length_beyond_context(std::string_view password, const std::vector<std::string>& words);

/// One short unit over and over ("abcabcabc…", up to four characters), or one run up or down ("abcdefgh…").
bool is_repetitive(std::string_view password);

/// Every reason to refuse; empty when it may be set. `field` is the member's name in the body. Codes: `invalid_text`,
/// `too_short` {min}, `too_long` {max}, `common`, `personal`, `repetitive`, `guessable`.
std::vector<FieldError> judge_password(const PasswordRules& rules, const PasswordAssessment& assessment,
                                       std::string_view field = "password");

/// The same as a result. Returns `password_rejected` with the reasons.
Result<> check_password(const PasswordRules& rules, const PasswordAssessment& assessment,
                        std::string_view field = "password");

}  // namespace gatehouse::domain
