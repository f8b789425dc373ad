// Vault's answer to a batch of signatures: as many results as were asked for, and a signature only of the version asked
// for.
#include <boost/json/parse.hpp>

#include "adapters/keys/vault_transit/transit_batch.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace gatehouse;
using fuzz::expect;

FUZZ(input) {
  constexpr std::int64_t kVersion = 3;
  constexpr std::size_t kAsked = 2;
  if (const auto signature = adapters::keys::read_transit_signature(input, kVersion)) {
    expect(input.starts_with("vault:v"));
    expect(!adapters::keys::read_transit_signature(input, kVersion + 1));
  }
  boost::system::error_code malformed;
  const auto reply = boost::json::parse(input, malformed);
  if (malformed || !reply.is_object()) return;
  const auto results = adapters::keys::read_batch_reply(reply.get_object(), kAsked, kVersion);
  expect(results.size() == kAsked);
  for (const auto& result : results) expect(result || result.error().code == ErrorCode::dependency_unavailable);
}
