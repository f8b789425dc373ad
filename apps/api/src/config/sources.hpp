#pragma once
// The three places where configuration is said: TOML files, the environment, the command line. Each is read into a
// RawConfig; what can't be read, and keys that are not known, become problems. Reads files; reads no environment
// itself.
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/problem.hpp"
#include "config/raw.hpp"

namespace gatehouse::config {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// A file's whole content; nothing when it can't be read, or is a folder.
std::optional<std::string> read_text(const std::filesystem::path& file);

/// One gatehouse.toml. Problems: an unreadable file, bad TOML, an unknown section or key.
RawConfig read_toml(const std::filesystem::path& file, Problems& problems);

/// Variables GATEHOUSE_SECTION__KEY among all of the environment; others are none of our business, but one that only
/// lacks an underscore is a problem.
RawConfig read_environment(const Pairs& environment, Problems& problems);

/// What options of the command line say, as ("server.listen", "localhost:0").
RawConfig read_flags(const Pairs& flags, Problems& problems);

/// Puts the content of each `KEY_file` in the place of its KEY, without one newline at its end. A problem: an
/// unreadable or empty file, or both KEY and KEY_file said in the same place.
void read_secret_files(RawConfig& raw, Problems& problems);

}  // namespace gatehouse::config
