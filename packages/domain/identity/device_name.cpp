#include "domain/identity/device_name.hpp"

#include <array>
#include <utility>

namespace gatehouse::domain {
namespace {

using Sign = std::pair<std::string_view, std::string_view>;

// The order is the rule: browsers claim to be each other, so the more special sign stands first.
constexpr auto kBrowsers = std::to_array<Sign>({{"EdgA/", "Edge"},
                                                {"EdgiOS/", "Edge"},
                                                {"Edg/", "Edge"},
                                                {"OPR/", "Opera"},
                                                {"OPiOS/", "Opera"},
                                                {"SamsungBrowser/", "Samsung Internet"},
                                                {"Vivaldi/", "Vivaldi"},
                                                {"YaBrowser/", "Yandex Browser"},
                                                {"DuckDuckGo/", "DuckDuckGo"},
                                                {"FxiOS/", "Firefox"},
                                                {"Firefox/", "Firefox"},
                                                {"CriOS/", "Chrome"},
                                                {"HeadlessChrome/", "Chrome"},
                                                {"Chrome/", "Chrome"},
                                                {"Safari/", "Safari"},
                                                {"Trident/", "Internet Explorer"}});

constexpr auto kSystems = std::to_array<Sign>({{"iPhone", "iPhone"},
                                               {"iPad", "iPad"},
                                               {"Android", "Android"},
                                               {"CrOS", "ChromeOS"},
                                               {"Windows", "Windows"},
                                               {"Macintosh", "macOS"},
                                               {"Darwin", "macOS"},
                                               {"FreeBSD", "FreeBSD"},
                                               {"OpenBSD", "OpenBSD"},
                                               {"Linux", "Linux"},
                                               {"X11", "Linux"}});

template <class Signs>
std::string_view find_sign(const Signs& signs, std::string_view text) {
  for (const auto& [sign, name] : signs) {
    if (text.find(sign) != std::string_view::npos) return name;
  }
  return {};
}

/// The product of "NAME/VERSION …" where NAME is short and plain.
std::string product_name(std::string_view text) {
  constexpr std::size_t kLongest = 32;
  std::string name;
  for (const char c : text) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    if (!plain || name.size() == kLongest) break;
    name += c;
  }
  return name == "Mozilla" ? std::string{} : name;
}

}  // namespace

std::string device_name(std::string_view user_agent) {
  const auto system = find_sign(kSystems, user_agent);
  const auto browser = find_sign(kBrowsers, user_agent);
  const std::string program = browser.empty() ? product_name(user_agent) : std::string(browser);
  if (program.empty() && system.empty()) return "Unknown device";
  if (program.empty()) return std::string(system);
  if (system.empty()) return program;
  return program + " on " + std::string(system);
}

}  // namespace gatehouse::domain
