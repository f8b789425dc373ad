#include "adapters/mail/brand.hpp"

#include <array>
#include <cctype>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>

namespace gatehouse::adapters::mail {
namespace {

using Rgb = std::array<double, 3>;
constexpr Rgb kWhite{255, 255, 255};
constexpr Rgb kNearBlack{17, 20, 24};
constexpr Rgb kDarkCard{25, 29, 35};
constexpr double kReadable = 4.5;  // WCAG 2.2, success criterion 1.4.3

Rgb parse(std::string_view text, std::string_view otherwise) {
  bool good = text.size() == 7 && text[0] == '#';
  for (std::size_t i = 1; good && i < text.size(); ++i) good = std::isxdigit(static_cast<unsigned char>(text[i])) != 0;
  if (!good) text = otherwise;
  Rgb rgb{};
  for (std::size_t i = 0; i < 3; ++i) rgb[i] = std::stoi(std::string(text.substr(1 + 2 * i, 2)), nullptr, 16);
  return rgb;
}

std::string to_text(const Rgb& rgb) {
  return fmt::format("#{:02x}{:02x}{:02x}", std::lround(rgb[0]), std::lround(rgb[1]), std::lround(rgb[2]));
}

Rgb mix(const Rgb& a, const Rgb& b, double share_of_b) {
  Rgb mixed{};
  for (std::size_t i = 0; i < 3; ++i) mixed[i] = a[i] + (b[i] - a[i]) * share_of_b;
  return mixed;
}

double luminance(const Rgb& rgb) {
  const auto linear = [](double channel) {
    const double c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(rgb[0]) + 0.7152 * linear(rgb[1]) + 0.0722 * linear(rgb[2]);
}

double contrast(const Rgb& a, const Rgb& b) {
  const double la = luminance(a), lb = luminance(b);
  return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

Rgb letters_on(const Rgb& ground) { return contrast(kWhite, ground) >= kReadable ? kWhite : kNearBlack; }

}  // namespace

Palette make_palette(const BrandSettings& brand) {
  const BrandSettings defaults;
  const Rgb card = parse(brand.background, defaults.background);
  const Rgb ink = parse(brand.text, defaults.text);
  const Rgb accent = parse(brand.accent, defaults.accent);
  Rgb accent_on_dark = accent;
  for (int step = 0; step < 20 && contrast(accent_on_dark, kDarkCard) < kReadable; ++step)
    accent_on_dark = mix(accent_on_dark, kWhite, 0.12);
  Rgb accent_on_light = accent;
  for (int step = 0; step < 20 && contrast(accent_on_light, card) < kReadable; ++step)
    accent_on_light = mix(accent_on_light, ink, 0.12);
  Palette palette;
  palette.card = to_text(card);
  palette.ink = to_text(ink);
  palette.page = to_text(mix(card, ink, 0.045));
  palette.panel = to_text(mix(card, ink, 0.04));
  palette.line = to_text(mix(card, ink, 0.11));
  palette.soft = to_text(mix(ink, card, 0.32));
  palette.accent = to_text(accent);
  palette.on_accent = to_text(letters_on(accent));
  palette.accent_on_light = to_text(accent_on_light);
  palette.accent_on_dark = to_text(accent_on_dark);
  palette.on_accent_on_dark = to_text(letters_on(accent_on_dark));
  return palette;
}

}  // namespace gatehouse::adapters::mail
