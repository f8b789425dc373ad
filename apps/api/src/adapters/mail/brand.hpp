#pragma once
// How mails present themselves: `[brand]`, and the shades that follow from it. Pure.
#include <string>
#include <string_view>

namespace gatehouse::adapters::mail {

struct BrandSettings {
  std::string name = "Gatehouse";
  std::string logo;  ///< https address of a picture; empty: the name in letters
  std::string home;  ///< where the footer's name leads; empty: nowhere
  std::string accent = "#1f5fbf";
  std::string background = "#ffffff";
  std::string text = "#1a1a1a";
};

/// Every colour that the layout uses, as #rrggbb.
struct Palette {
  std::string card, ink;                          ///< as configured
  std::string page, panel, line, soft;            ///< mixed of the two
  std::string accent, on_accent;                  ///< the button and its letters
  std::string accent_on_light;                    ///< links, dark enough to be read on the card
  std::string accent_on_dark, on_accent_on_dark;  ///< the same in dark mode, light enough to be read there
};

/// A colour that is not #rrggbb is replaced by the default: no setting can break out of a style.
Palette make_palette(const BrandSettings& brand);

}  // namespace gatehouse::adapters::mail
