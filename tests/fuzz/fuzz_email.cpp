// Addresses: what is canonical stays so, and has one @ and nothing that could break a line of a mail or a log.
#include <algorithm>

#include "auth/email_address.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace gatehouse;
using fuzz::expect;

FUZZ(input) {
  const auto address = auth::parse_email_address(input);
  if (!address) return;
  expect(std::count(address->canonical.begin(), address->canonical.end(), '@') == 1);
  expect(std::all_of(address->address.begin(), address->address.end(), [](char c) { return c > ' ' && c < '\x7f'; }));
  const auto again = auth::parse_email_address(address->canonical);
  expect(again && again->canonical == address->canonical);
  const auto as_sent = auth::parse_email_address(address->address);
  expect(as_sent && as_sent->canonical == address->canonical && as_sent->address == address->address);
}
