#pragma once
// What every fuzz target shares. A target says FUZZ(input) { … } and holds what it reads to the promises of the header
// that it tests by expect(); a broken one, and every report of the sanitizers, ends the program and leaves the input as
// a file.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace gatehouse::fuzz {

inline void expect(bool promise) {
  if (!promise) std::abort();
}

/// Takes the text up to the next byte 0xff, so that one input carries several texts.
inline std::string_view take(std::string_view& rest) {
  const auto end = rest.find('\xff');
  const std::string_view first = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return first;
}

}  // namespace gatehouse::fuzz

#define FUZZ(input)                                                                   \
  static void fuzz_one(std::string_view input);                                       \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
    fuzz_one(std::string_view(reinterpret_cast<const char*>(data), size));            \
    return 0;                                                                         \
  }                                                                                   \
  static void fuzz_one(std::string_view input)
