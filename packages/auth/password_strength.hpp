#pragma once
// What a new password is worth (ASVS 5.0 V6.2, NIST SP 800-63B-4 section 3.1.1.2): its length in code points, whether
// it is common, made of the person's own words, or repetitive, and how many guesses it would take. Facts and findings
// only; the policy decides what to refuse. Pure, safe on any thread.
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/secret.hpp"

namespace gatehouse::auth {

/// The largest password in bytes that is looked at at all: 256 code points of four bytes, twice for what NFC shortens.
inline constexpr std::size_t kMaxPasswordBytes = 2'048;

/// The NFC form under which a password is hashed and compared; nullopt when it is longer than kMaxPasswordBytes or not
/// valid UTF-8. Nothing else is changed: spaces, case and NUL stay.
std::optional<Secret<std::string>> normalize_password(const Secret<std::string>& password);
/// The number of code points of valid UTF-8.
std::size_t count_code_points(std::string_view utf8);

struct PasswordAssessment {
  std::size_t length = 0;  ///< code points
  bool too_short = false;
  bool too_long = false;
  bool common = false;         ///< on the list of common passwords, without regard to case
  bool context = false;        ///< little more than the person's or the service's own words
  bool repetitive = false;     ///< one short piece repeated, or one run such as abcdefgh or 12345678
  bool too_guessable = false;  ///< below kMinGuessesLog10
  double guesses_log10 = 0;    ///< zxcvbn's estimate

  bool acceptable() const { return !(too_short || too_long || common || context || repetitive || too_guessable); }
  /// The findings as stable codes: "too_short", "too_long", "common", "context", "repetitive", "too_guessable".
  std::vector<std::string_view> reasons() const;
};

/// Below this many guesses (as a power of ten) a password is too guessable, however long: zxcvbn's own step between
/// "somewhat guessable" and "safely unguessable" for a service that limits attempts.
inline constexpr double kMinGuessesLog10 = 8.0;

/// Looks at a password in NFC. `context_words`: the address, its parts, the name, the service's name, in any case;
/// words under three characters are ignored. Costs under a millisecond.
PasswordAssessment assess_password(const Secret<std::string>& normalized, std::span<const std::string> context_words,
                                   std::size_t min_length, std::size_t max_length);

/// Whether the text, lower-cased in ASCII, is on the list (entries of eight characters and more).
bool is_common_password(std::string_view text);

}  // namespace gatehouse::auth
