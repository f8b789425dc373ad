#include "domain/identity/device_name.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace gatehouse::domain {
namespace {

TEST(DeviceName, names_browser_and_system) {
  const std::pair<const char*, const char*> cases[] = {
      {"Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox on Linux"},
      {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 "
       "Safari/537.36",
       "Chrome on Windows"},
      {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0 Safari/537.36 "
       "Edg/129.0",
       "Edge on Windows"},
      {"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 "
       "Safari/604.1",
       "Safari on iPhone"},
      {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.6 Safari/605.1.15",
       "Safari on macOS"},
      {"Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 SamsungBrowser/26.0 Chrome/122.0 Mobile "
       "Safari/537.36",
       "Samsung Internet on Android"},
      {"Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/129.0 Mobile Safari/604.1",
       "Chrome on iPad"},
      {"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/129.0.0.0 Safari/537.36",
       "Chrome on ChromeOS"},
      {"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/129.0 Safari/537.36 OPR/115.0", "Opera on Linux"}};
  for (const auto& [agent, name] : cases) EXPECT_EQ(device_name(agent), name) << agent;
}

TEST(DeviceName, names_programs_by_their_product) {
  EXPECT_EQ(device_name("curl/7.88.1"), "curl");
  EXPECT_EQ(device_name("okhttp/4.12 (Android 14)"), "okhttp on Android");
  EXPECT_EQ(device_name("node"), "node");
}

TEST(DeviceName, says_so_when_nothing_is_known) {
  EXPECT_EQ(device_name(""), "Unknown device");
  EXPECT_EQ(device_name("Mozilla/5.0"), "Unknown device");
  EXPECT_EQ(device_name("<script>alert(1)</script>"), "Unknown device");
}

RC_GTEST_PROP(DeviceName, is_short_and_plain_whatever_comes_in, (const std::string& agent)) {
  const auto name = device_name(agent);
  RC_ASSERT(!name.empty() && name.size() <= 64);
  RC_ASSERT(std::all_of(name.begin(), name.end(), [](char c) { return c >= ' ' && c < 0x7F && c != '<' && c != '&'; }));
}

}  // namespace
}  // namespace gatehouse::domain
