#pragma once
// Raw values: what was said for a key, and where, before it is typed. Files, the environment and the command line each
// make a RawConfig; laid over each other in that order they are the whole of what was said.
#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace gatehouse::config {

/// A key by section ("oauth.providers"), name of a named section ("google", else empty) and key ("client_id").
struct KeyId {
  std::string section, name, key;

  auto operator<=>(const KeyId&) const = default;
  std::string str() const { return section + (name.empty() ? "" : "." + name) + "." + key; }
};

/// text: from the environment or the command line, where lists have commas. other: a TOML type that no key has.
enum class RawKind { text, string, integer, number, boolean, list, other };

struct RawValue {
  RawKind kind = RawKind::text;
  std::string text;                ///< all kinds but list
  std::vector<std::string> items;  ///< a list
  std::string where;
};

struct RawConfig {
  std::map<KeyId, RawValue> values;
  std::map<std::pair<std::string, std::string>, std::string> named;  ///< (section, NAME) -> where it was first said
  std::vector<std::filesystem::path> files, secret_files;

  /// Lays another over this one: what it says wins.
  void overlay(const RawConfig& other);
};

}  // namespace gatehouse::config
