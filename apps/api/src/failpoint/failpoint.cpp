#include "failpoint/failpoint.hpp"

#ifdef GATEHOUSE_FAILPOINTS

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

namespace gatehouse::failpoint {
namespace {

constexpr std::string_view kNames[] = {
#define GH_POINT(name, text) text,
    GH_FAILPOINTS(GH_POINT)
#undef GH_POINT
};

struct Armed {
  Point point;
  long count;
};

std::optional<Armed> read_environment() {
  const char* value = std::getenv("GATEHOUSE_FAILPOINT");
  if (value == nullptr || *value == '\0') return std::nullopt;
  const std::string text(value);
  const auto colon = text.find(':');
  const long count = colon == std::string::npos ? 1 : std::atol(text.c_str() + colon + 1);
  for (std::size_t i = 0; i < std::size(kNames); ++i)
    if (kNames[i] == text.substr(0, colon) && count > 0) return Armed{static_cast<Point>(i), count};
  std::fprintf(stderr, "GATEHOUSE_FAILPOINT=%s is no NAME:COUNT of failpoint/failpoint.hpp\n", value);
  std::_Exit(2);
}

const std::optional<Armed> armed = read_environment();
std::atomic<long> passed{0};

}  // namespace

void pass(Point point) {
  if (!armed || armed->point != point || passed.fetch_add(1) + 1 != armed->count) return;
  ::kill(::getpid(), SIGKILL);
  while (true) ::pause();  // the signal is on its way, and nothing may happen after this point
}

}  // namespace gatehouse::failpoint

#endif
