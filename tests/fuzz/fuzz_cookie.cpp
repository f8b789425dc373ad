// The Cookie header: what is found is part of it and has no separator in it.
#include "auth/cookie.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace gatehouse;
using fuzz::expect;

FUZZ(input) {
  for (const std::string_view name : {"__Host-gatehouse-session", "gatehouse-session", "a"})
    for (const auto value : auth::find_cookies(input, name))
      expect(value.size() <= input.size() && value.find(';') == std::string_view::npos &&
             input.find(value) != std::string_view::npos);
}
