#pragma once
// QR codes as SVG, by libqrencode: the picture an authenticator app scans. Safe on any thread.
#include <optional>
#include <string>

#include "foundation/secret.hpp"

namespace gatehouse::auth {

/// An SVG document, black on white with the four modules of quiet zone, which scales to its place. It holds the text,
/// so it is as secret. nullopt when the text is empty or too long for a QR code (2,331 bytes at level M).
std::optional<Secret<std::string>> qr_svg(const Secret<std::string>& text);

}  // namespace gatehouse::auth
