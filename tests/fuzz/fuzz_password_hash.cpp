// PHC strings, as imports bring them.
#include "auth/password_hash.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace gatehouse;
using fuzz::expect;

FUZZ(input) {
  const auto hash = auth::parse_password_hash(input);
  if (!hash) return;
  const auto again = auth::parse_password_hash(auth::to_phc(*hash));
  expect(again && auth::same_password_hash(*hash, *again) && auth::to_phc(*again) == auth::to_phc(*hash));
  (void)auth::needs_rehash(input, {});
}
