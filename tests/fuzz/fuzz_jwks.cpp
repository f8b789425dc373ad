// A provider's JWK Set: each key that is taken can be written and read again, and has a thumbprint.
#include "auth/jwk.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace gatehouse;
using fuzz::expect;

FUZZ(input) {
  const auto keys = auth::parse_jwk_set(input);
  if (!keys) return;
  const auto again = auth::parse_jwk_set(auth::jwk_set_to_json(*keys));
  expect(again && again->size() == keys->size());
  for (std::size_t i = 0; i < keys->size(); ++i)
    expect(auth::jwk_thumbprint((*keys)[i].key) == auth::jwk_thumbprint((*again)[i].key));
}
