#include "auth/qr.hpp"

#include <qrencode.h>

#include <cstddef>
#include <memory>

namespace gatehouse::auth {
namespace {

struct FreeCode {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

constexpr int kQuietZone = 4;
constexpr std::size_t kMaxBytes = 2'331;

/// One path for the whole picture: each run of dark modules in a row is one rectangle.
std::string dark_runs(const QRcode& code) {
  std::string path;
  const auto is_dark = [&](int x, int y) { return (code.data[y * code.width + x] & 1) != 0; };
  for (int y = 0; y < code.width; ++y) {
    for (int x = 0; x < code.width; ++x) {
      if (!is_dark(x, y)) continue;
      const int start = x;
      while (x < code.width && is_dark(x, y)) ++x;
      const std::string width = std::to_string(x - start);
      path += 'M' + std::to_string(start + kQuietZone) + ' ' + std::to_string(y + kQuietZone) + 'h' + width + "v1h-" +
              width + 'z';
    }
  }
  return path;
}

}  // namespace

std::optional<Secret<std::string>> qr_svg(const Secret<std::string>& text) {
  const std::string& bytes = text.expose();
  if (bytes.empty() || bytes.size() > kMaxBytes) return std::nullopt;
  const std::unique_ptr<QRcode, FreeCode> code(QRcode_encodeData(
      static_cast<int>(bytes.size()), reinterpret_cast<const unsigned char*>(bytes.data()), 0, QR_ECLEVEL_M));
  if (!code) return std::nullopt;
  const std::string size = std::to_string(code->width + 2 * kQuietZone);
  return Secret<std::string>("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + size + ' ' + size +
                             "\" shape-rendering=\"crispEdges\" role=\"img\" aria-label=\"QR code\"><rect width=\"" +
                             size + "\" height=\"" + size + "\" fill=\"#fff\"/><path fill=\"#000\" d=\"" +
                             dark_runs(*code) + "\"/></svg>");
}

}  // namespace gatehouse::auth
