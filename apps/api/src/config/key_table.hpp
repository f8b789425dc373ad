#pragma once
// The generated table of keys (contracts/generated/config_keys.hpp), looked up and searched. Pure.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/raw.hpp"
#include "contracts/generated/config_keys.hpp"

namespace gatehouse::config {

const ConfigSection* find_section(std::string_view section);
const ConfigKey* find_key(std::string_view section, std::string_view key);

/// Insertions, deletions, replacements and swaps of neighbours that make one text of the other.
std::size_t edit_distance(std::string_view a, std::string_view b);
/// The nearest of some texts, the first of equals; empty when there are none.
std::string nearest(std::string_view text, const std::vector<std::string>& known);

/// What to say of a key or section that is not known: "did you mean server.listen?". `path` is dotted, as it was said.
std::string suggest(std::string_view path);

/// Whether a text may be the NAME of [clients.NAME] and its like: 1 to 64 of a-z, A-Z, 0-9, _ and -.
bool is_section_name(std::string_view name);

/// Finds the key that a dotted path says, e.g. "oauth.providers.google.client_id"; nullopt when there is none. A
/// secret's `KEY_file` is found as that (KeyId::key ends in "_file").
std::optional<KeyId> resolve_path(std::string_view path);

}  // namespace gatehouse::config
