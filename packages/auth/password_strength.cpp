#include "auth/password_strength.hpp"

#include <utf8proc.h>
#include <zxcvbn.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <numbers>

namespace gatehouse::auth {
namespace {

// zxcvbn's time grows with the square of the length and more; what comes after can only add guesses.
constexpr std::size_t kEstimatedBytes = 64;
constexpr std::size_t kMinWordLength = 3;
// What a password must have besides the person's own words.
constexpr std::size_t kMinOwnPart = 6;

struct FreeText {
  std::size_t size;
  void operator()(utf8proc_uint8_t* text) const {
    wipe(text, size);
    std::free(text);
  }
};

const utf8proc_uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const utf8proc_uint8_t*>(text.data());
}

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::vector<std::int32_t> code_points(std::string_view utf8) {
  std::vector<std::int32_t> points;
  while (!utf8.empty()) {
    utf8proc_int32_t point = 0;
    const utf8proc_ssize_t size = utf8proc_iterate(bytes_of(utf8), static_cast<utf8proc_ssize_t>(utf8.size()), &point);
    if (size < 1) break;
    points.push_back(point);
    utf8.remove_prefix(static_cast<std::size_t>(size));
  }
  return points;
}

/// Whether a piece of at most a third of the text, repeated, gives all of it.
bool is_one_piece_repeated(const std::vector<std::int32_t>& text) {
  for (std::size_t period = 1; period <= text.size() / 3; ++period)
    if (std::equal(text.begin() + static_cast<std::ptrdiff_t>(period), text.end(), text.begin())) return true;
  return false;
}

/// Whether the text is made of runs (aaaa, abcd, 9876) that are four long on average.
bool is_made_of_runs(const std::vector<std::int32_t>& text) {
  std::size_t runs = 0;
  for (std::size_t i = 0; i < text.size(); ++runs) {
    const std::int32_t step = i + 1 < text.size() ? text[i + 1] - text[i] : 2;
    if (++i; step < -1 || step > 1) continue;
    while (i < text.size() && text[i] - text[i - 1] == step) ++i;
  }
  return text.size() >= 4 && runs * 4 <= text.size();
}

bool is_repetitive(const std::vector<std::int32_t>& text) {
  return text.size() >= 3 && (is_one_piece_repeated(text) || is_made_of_runs(text));
}

/// The words and their parts between other characters, lower-cased, longest first.
std::vector<std::string> words_of(std::span<const std::string> context) {
  std::vector<std::string> words;
  const auto add = [&](std::string_view word) {
    if (count_code_points(word) >= kMinWordLength) words.emplace_back(word);
  };
  for (const std::string& entry : context) {
    const std::string text = lower_ascii(entry);
    add(text);
    std::string part;
    for (const char c : text + ' ') {
      const bool joins = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
      if (joins) {
        part += c;
      } else {
        add(part);
        part.clear();
      }
    }
  }
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  std::stable_sort(words.begin(), words.end(),
                   [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
  return words;
}

/// Whether too little is left once the words are taken out.
bool is_mostly_context(const std::string& lowered, const std::vector<std::string>& words) {
  std::string rest = lowered;
  for (const std::string& word : words)
    for (std::size_t at = rest.find(word); at != std::string::npos; at = rest.find(word, at))
      rest.erase(at, word.size());
  const bool is_context =
      rest.size() < lowered.size() &&
      (count_code_points(rest) < kMinOwnPart || is_common_password(rest) || is_repetitive(code_points(rest)));
  wipe(rest.data(), rest.size());
  return is_context;
}

double estimate_guesses_log10(std::string_view password, const std::vector<std::string>& words) {
  Secret<std::string> text(std::string(password.substr(0, kEstimatedBytes)));
  std::vector<const char*> dictionary;
  for (const std::string& word : words) dictionary.push_back(word.c_str());
  dictionary.push_back(nullptr);
  // zxcvbn reads up to a NUL; a password that holds one is worth what stands before it, at least.
  const double bits = ZxcvbnMatch(text.expose().c_str(), dictionary.data(), nullptr);
  return bits * std::numbers::ln2 / std::numbers::ln10;
}

}  // namespace

std::optional<Secret<std::string>> normalize_password(const Secret<std::string>& password) {
  const std::string& text = password.expose();
  if (text.size() > kMaxPasswordBytes) return std::nullopt;
  utf8proc_uint8_t* out = nullptr;
  constexpr auto kNfc = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  const utf8proc_ssize_t size = utf8proc_map(bytes_of(text), static_cast<utf8proc_ssize_t>(text.size()), &out, kNfc);
  if (size < 0) return std::nullopt;
  const std::unique_ptr<utf8proc_uint8_t, FreeText> owner(out, FreeText{static_cast<std::size_t>(size)});
  return Secret<std::string>(std::string(reinterpret_cast<const char*>(out), static_cast<std::size_t>(size)));
}

std::size_t count_code_points(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::vector<std::string_view> PasswordAssessment::reasons() const {
  std::vector<std::string_view> list;
  if (too_short) list.emplace_back("too_short");
  if (too_long) list.emplace_back("too_long");
  if (common) list.emplace_back("common");
  if (context) list.emplace_back("context");
  if (repetitive) list.emplace_back("repetitive");
  if (too_guessable) list.emplace_back("too_guessable");
  return list;
}

PasswordAssessment assess_password(const Secret<std::string>& normalized, std::span<const std::string> context_words,
                                   std::size_t min_length, std::size_t max_length) {
  const std::string& password = normalized.expose();
  PasswordAssessment found;
  found.length = count_code_points(password);
  found.too_short = found.length < min_length;
  found.too_long = found.length > max_length;
  const Secret<std::string> lowered(lower_ascii(password));
  const std::vector<std::string> words = words_of(context_words);
  found.common = is_common_password(password);
  found.context = is_mostly_context(lowered.expose(), words);
  found.repetitive = is_repetitive(code_points(lowered.expose()));
  found.guesses_log10 = estimate_guesses_log10(password, words);
  found.too_guessable = found.guesses_log10 < kMinGuessesLog10;
  return found;
}

}  // namespace gatehouse::auth
