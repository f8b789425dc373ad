#include "config/key_table.hpp"

#include <algorithm>
#include <limits>

namespace gatehouse::config {
namespace {

bool starts_with_section(std::string_view path, std::string_view section) {
  return path.size() > section.size() && path.substr(0, section.size()) == section && path[section.size()] == '.';
}

bool knows_key(std::string_view section, std::string_view key) {
  if (find_key(section, key) != nullptr) return true;
  constexpr std::string_view kFile = "_file";
  if (key.size() <= kFile.size() || key.substr(key.size() - kFile.size()) != kFile) return false;
  const ConfigKey* secret = find_key(section, key.substr(0, key.size() - kFile.size()));
  return secret != nullptr && secret->secret;
}

}  // namespace

const ConfigSection* find_section(std::string_view section) {
  for (const ConfigSection& row : kConfigSections) {
    if (row.name == section) return &row;
  }
  return nullptr;
}

const ConfigKey* find_key(std::string_view section, std::string_view key) {
  for (const ConfigKey& row : kConfigKeys) {
    if (row.section == section && row.key == key) return &row;
  }
  return nullptr;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

std::string nearest(std::string_view text, const std::vector<std::string>& known) {
  std::string best;
  std::size_t least = std::numeric_limits<std::size_t>::max();
  for (const std::string& candidate : known) {
    if (const std::size_t distance = edit_distance(text, candidate); distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

std::string suggest(std::string_view path) {
  for (const ConfigKey& row : kConfigKeys) {
    if (row.key == path && !find_section(row.section)->named) {
      return "did you mean " + std::string(row.section) + "." + std::string(row.key) + "?";
    }
  }
  // A NAME is the operator's own word: it is kept, and only what stands around it is compared.
  std::vector<std::string> known;
  for (const ConfigKey& row : kConfigKeys) {
    std::string section(row.section);
    if (find_section(row.section)->named) {
      std::string name = "NAME";
      if (starts_with_section(path, row.section)) {
        const std::string_view rest = path.substr(row.section.size() + 1);
        name = std::string(rest.substr(0, rest.find('.')));
      }
      section += "." + name;
    }
    known.push_back(section + "." + std::string(row.key));
    if (row.secret) known.push_back(known.back() + "_file");
  }
  for (const ConfigSection& row : kConfigSections) known.emplace_back(row.name);
  return "did you mean " + nearest(path, known) + "?";
}

bool is_section_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::optional<KeyId> resolve_path(std::string_view path) {
  for (const ConfigSection& row : kConfigSections) {
    if (!starts_with_section(path, row.name)) continue;
    std::string_view rest = path.substr(row.name.size() + 1);
    std::string name;
    if (row.named) {
      const std::size_t dot = rest.find('.');
      if (dot == std::string_view::npos) continue;
      name = std::string(rest.substr(0, dot));
      rest.remove_prefix(dot + 1);
      if (!is_section_name(name)) continue;
    }
    if (knows_key(row.name, rest)) return KeyId{std::string(row.name), name, std::string(rest)};
  }
  return std::nullopt;
}

}  // namespace gatehouse::config
