#include "composition/anchor.hpp"

#include <filesystem>
#include <fstream>

#include "modules/identity/application/audit_checkpoint.hpp"

namespace gatehouse::composition {
namespace {

// A checkpoint has a few hundred bytes; with a large RSA key some more.
constexpr std::streamoff kTail = 64 * 1024;

}  // namespace

Result<std::optional<std::string>> last_anchor(const config::Config& config) {
  const std::string& path = config.audit.anchor_file;
  if (path.empty() || !std::filesystem::exists(path)) return std::optional<std::string>();
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = file ? static_cast<std::streamoff>(file.tellg()) : 0;
  std::string text(static_cast<std::size_t>(std::min(size, kTail)), '\0');
  if (file) file.seekg(size - static_cast<std::streamoff>(text.size())).read(text.data(), std::ssize(text));
  if (!file)
    return fail(ErrorCode::dependency_unavailable,
                "audit.anchor_file " + path + " can't be read: let this user read it");
  const auto end = text.rfind('\n');
  if (end == std::string::npos) return std::optional<std::string>();
  const auto begin = end == 0 ? std::string::npos : text.rfind('\n', end - 1);
  const std::size_t from = begin == std::string::npos ? 0 : begin + 1;
  return std::optional(text.substr(from, end - from));
}

Result<> refuse_older_than_anchor(const config::Config& config, const application::Dependencies& deps) {
  GH_TRY(const auto anchor, last_anchor(config));
  if (!anchor) return {};
  return application::refuse_before_anchor(deps, *anchor);
}

}  // namespace gatehouse::composition
