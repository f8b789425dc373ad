// A chunked body: the same content however it is cut, and never more than the limit.
#include "server/http_parser.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace gatehouse::server;
using gatehouse::fuzz::expect;

FUZZ(input) {
  constexpr std::size_t kLimit = 4096;
  ChunkedDecoder whole(kLimit);
  std::string body, slow_body;
  std::string_view rest = input;
  const auto outcome = whole.feed(rest, body);
  expect(body.size() <= kLimit);
  ChunkedDecoder slow(kLimit);
  auto later = Progress::incomplete;
  std::size_t taken = 0;
  for (; taken < input.size() && later == Progress::incomplete; ++taken) {
    std::string_view one = input.substr(taken, 1);
    later = slow.feed(one, slow_body);
    expect(one.empty() || later != Progress::incomplete);
  }
  expect(later == outcome);
  if (outcome == Progress::complete) expect(body == slow_body && input.size() - rest.size() == taken);
}
