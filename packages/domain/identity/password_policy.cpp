#include "domain/identity/password_policy.hpp"

#include <algorithm>

#include "domain/identity/text.hpp"

namespace gatehouse::domain {
namespace {

constexpr std::size_t kShortestContextWord = 4;
constexpr std::size_t kLongestUnit = 4;

bool separates_words(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x80 && !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'));
}

void add_words(std::vector<std::string>& words, std::string_view text) {
  for (const auto part : split(text, separates_words)) {
    if (part.size() < kShortestContextWord) continue;
    auto word = to_lower_ascii(part);
    if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(std::move(word));
  }
}

bool repeats_unit(std::string_view text, std::size_t unit) {
  for (std::size_t i = unit; i < text.size(); ++i) {
    if (text[i] != text[i - unit]) return false;
  }
  return text.size() > unit;
}

bool is_run(std::string_view text, int step) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    const bool wraps =
        (step > 0 && text[i - 1] == '9' && text[i] == '0') || (step < 0 && text[i - 1] == '0' && text[i] == '9');
    if (text[i] - text[i - 1] != step && !wraps) return false;
  }
  return text.size() > 2;
}

FieldError reason(std::string_view field, std::string code, std::string detail) {
  return {std::string(field), "/" + std::string(field), std::move(code), std::move(detail), {}};
}

}  // namespace

std::vector<std::string> context_words(std::string_view email, std::optional<std::string_view> name,
                                       std::string_view brand) {
  std::vector<std::string> words;
  add_words(words, email);
  if (name) add_words(words, *name);
  add_words(words, brand);
  // Longest first, so that "anna-maria" goes before "anna" leaves a rest behind.
  std::stable_sort(words.begin(), words.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  return words;
}

std::size_t length_beyond_context(std::string_view password, const std::vector<std::string>& words) {
  std::string rest = to_lower_ascii(password);
  for (const auto& word : words) {
    if (word.empty()) continue;
    for (auto at = rest.find(word); at != std::string::npos;) {
      rest.erase(at, word.size());
      // What closes up over the gap may be the word again.
      at = rest.find(word, at < word.size() ? 0 : at - word.size());
    }
  }
  return rest.size();
}

bool is_repetitive(std::string_view password) {
  const std::string text = to_lower_ascii(password);
  for (std::size_t unit = 1; unit <= kLongestUnit; ++unit) {
    if (text.size() >= 2 * unit && repeats_unit(text, unit)) return true;
  }
  return is_run(text, 1) || is_run(text, -1);
}

std::vector<FieldError> judge_password(const PasswordRules& rules, const PasswordAssessment& assessment,
                                       std::string_view field) {
  std::vector<FieldError> reasons;
  if (!assessment.length) {
    reasons.push_back(reason(field, "invalid_text", "The password is not valid UTF-8."));
    return reasons;
  }
  if (*assessment.length < rules.min_length) {
    const auto min = std::to_string(rules.min_length);
    reasons.push_back(reason(field, "too_short", "Use at least " + min + " characters."));
    reasons.back().params.emplace_back("min", min);
  }
  if (*assessment.length > rules.max_length) {
    const auto max = std::to_string(rules.max_length);
    reasons.push_back(reason(field, "too_long", "Use at most " + max + " characters."));
    reasons.back().params.emplace_back("max", max);
  }
  if (assessment.common) {
    reasons.push_back(reason(field, "common", "This password is among the first that are tried; choose another."));
  }
  if (assessment.beyond_context < (rules.min_length + 1) / 2) {
    reasons.push_back(reason(field, "personal", "Your address, your name or our name makes up too much of it."));
  }
  if (assessment.repetitive) {
    reasons.push_back(reason(field, "repetitive", "It only repeats itself or counts; choose several unrelated words."));
  }
  if (assessment.entropy_bits < rules.min_entropy_bits) {
    reasons.push_back(reason(field, "guessable", "It is easy to guess; several unrelated words are not."));
  }
  return reasons;
}

Result<> check_password(const PasswordRules& rules, const PasswordAssessment& assessment, std::string_view field) {
  auto reasons = judge_password(rules, assessment, field);
  if (reasons.empty()) return {};
  Error error;
  error.code = ErrorCode::password_rejected;
  error.detail = reasons.front().detail;
  error.fields = std::move(reasons);
  return fail(std::move(error));
}

}  // namespace gatehouse::domain
