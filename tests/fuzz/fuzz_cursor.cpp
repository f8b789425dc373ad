// Cursors of lists, and tokens of each kind: only what was made here is taken.
#include "auth/signed_text.hpp"
#include "auth/token.hpp"
#include "auth/uuid.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace gatehouse;
using fuzz::expect;

FUZZ(input) {
  static const Secret<std::string> kKey(std::string(32, 'k')), kOther(std::string(32, 'o'));
  if (const auto text = auth::open_text(kKey, "users", input)) {
    expect(auth::sign_text(kKey, "users", *text) == input);
    expect(!auth::open_text(kOther, "users", input) && !auth::open_text(kKey, "sessions", input));
  }
  const auto round = auth::open_text(kKey, "users", auth::sign_text(kKey, "users", input));
  expect(round && *round == input);
  if (const auto token = auth::parse_token(input)) {
    expect(input.size() == auth::kTokenLength && token->hash == auth::token_hash(input));
    expect(auth::uuid_to_bytes(token->id).has_value());
  }
}
