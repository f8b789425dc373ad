#include "config/sources.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

#include "config/key_table.hpp"

namespace gatehouse::config {
namespace {

constexpr std::string_view kPrefix = "GATEHOUSE_";

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

/// "KEYS__VAULT__TOKEN" -> "keys.vault.token"
std::string dotted(std::string_view variable) {
  std::string path;
  for (std::size_t i = 0; i < variable.size(); ++i) {
    if (variable.substr(i, 2) == "__") {
      path += '.';
      ++i;
    } else {
      path += variable[i];
    }
  }
  return lower(path);
}

std::string variable_name(const KeyId& id) {
  std::string name(kPrefix);
  for (const char c : id.str()) {
    if (c == '.') {
      name += "__";
    } else {
      name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
  return name;
}

void add(RawConfig& raw, const KeyId& id, std::string text, const std::string& where) {
  if (!id.name.empty()) raw.named.emplace(std::pair(id.section, id.name), where);
  raw.values[id] = RawValue{RawKind::text, std::move(text), {}, where};
}

/// A variable without `__` that would be a key with it: "GATEHOUSE_SERVER_LISTEN".
const ConfigKey* lacks_underscore(std::string_view variable) {
  const std::string said = lower(std::string(variable));
  for (const ConfigKey& row : kConfigKeys) {
    std::string joined = std::string(row.section) + "_" + std::string(row.key);
    std::replace(joined.begin(), joined.end(), '.', '_');
    if (joined == said) return &row;
  }
  return nullptr;
}

}  // namespace

void RawConfig::overlay(const RawConfig& other) {
  // A secret said again replaces what was said before, in whichever of its two forms.
  for (const auto& [id, value] : other.values) {
    const bool is_file_form = find_key(id.section, id.key) == nullptr;
    KeyId twin = id;
    twin.key = is_file_form ? id.key.substr(0, id.key.size() - 5) : id.key + "_file";
    values.erase(twin);
  }
  for (const auto& [id, value] : other.values) values[id] = value;
  for (const auto& [id, where] : other.named) named.emplace(id, where);
  files.insert(files.end(), other.files.begin(), other.files.end());
  secret_files.insert(secret_files.end(), other.secret_files.begin(), other.secret_files.end());
}

RawConfig read_environment(const Pairs& environment, Problems& problems) {
  RawConfig raw;
  for (const auto& [variable, value] : environment) {
    if (variable.substr(0, kPrefix.size()) != kPrefix) continue;
    const std::string_view rest = std::string_view(variable).substr(kPrefix.size());
    if (rest.find("__") == std::string_view::npos) {
      if (const ConfigKey* key = lacks_underscore(rest)) {
        const std::string right = variable_name({std::string(key->section), "", std::string(key->key)});
        problems.push_back({variable, "", "is not a variable that Gatehouse reads", "did you mean " + right + "?"});
      }
      continue;
    }
    const std::string path = dotted(rest);
    if (const auto id = resolve_path(path)) {
      add(raw, *id, value, variable);
    } else {
      problems.push_back({variable, path, "is not a known key", suggest(path)});
    }
  }
  return raw;
}

RawConfig read_flags(const Pairs& flags, Problems& problems) {
  RawConfig raw;
  for (const auto& [path, value] : flags) {
    const std::string where = "the command line";
    if (const auto id = resolve_path(path)) {
      add(raw, *id, value, where);
    } else {
      problems.push_back({where, path, "is not a known key", suggest(path)});
    }
  }
  return raw;
}

std::optional<std::string> read_text(const std::filesystem::path& file) {
  std::error_code unknown;
  std::ifstream stream(file, std::ios::binary);
  // A folder opens like a file, and throws at the first read.
  if (!stream || std::filesystem::is_directory(file, unknown)) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

void read_secret_files(RawConfig& raw, Problems& problems) {
  std::vector<std::pair<KeyId, RawValue>> read;
  for (auto it = raw.values.begin(); it != raw.values.end();) {
    const KeyId& id = it->first;
    if (find_key(id.section, id.key) != nullptr) {
      ++it;
      continue;
    }
    KeyId secret = id;
    secret.key.resize(secret.key.size() - std::string_view("_file").size());
    const RawValue& value = it->second;
    std::string content = read_text(value.text).value_or("");
    if (!content.empty() && content.back() == '\n') content.pop_back();
    if (raw.values.count(secret) > 0) {
      problems.push_back({value.where, id.str(), "and " + secret.str() + " are both set", "keep one of them"});
    } else if (content.empty()) {
      problems.push_back({value.where, id.str(), "names " + value.text + ", which is empty or cannot be read",
                          "check the path, and that Gatehouse's user may read it"});
    } else {
      raw.secret_files.emplace_back(value.text);
      read.emplace_back(secret, RawValue{RawKind::text, std::move(content), {}, value.where + " (" + value.text + ")"});
    }
    it = raw.values.erase(it);
  }
  for (auto& [id, value] : read) raw.values[id] = std::move(value);
}

}  // namespace gatehouse::config
