// A request's head, whole and as it may arrive: what is read must not depend on how the bytes are cut.
#include "server/http_parser.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace gatehouse::server;
using gatehouse::fuzz::expect;

FUZZ(input) {
  Head whole;
  HeadParser parser{HeadLimits{}};
  const auto outcome = parser.parse(input, whole);
  if (outcome == Progress::complete) {
    expect(whole.size <= input.size() && whole.size > 0);
    expect(whole.framing != Head::Framing::length || whole.content_length <= UINT64_MAX);
    for (const auto& [name, value] : whole.fields) expect(!name.empty() && value.find('\n') == std::string_view::npos);
  }
  Head pieces;
  HeadParser slow{HeadLimits{}};
  auto later = Progress::incomplete;
  for (std::size_t end = 1; end <= input.size() && later == Progress::incomplete; ++end)
    later = slow.parse(input.substr(0, end), pieces);
  // Cut short, a message that is refused for what comes later may be refused earlier or be complete; never the reverse.
  if (outcome == Progress::complete)
    expect(later == Progress::complete && pieces.size == whole.size && pieces.path == whole.path);
  if (outcome == Progress::incomplete) expect(later == Progress::incomplete);
}
