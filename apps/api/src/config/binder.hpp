#pragma once
// Binder: types raw values into the members of Config, one call a key. It applies defaults and bounds from the table of
// keys, collects problems, and notes each key's value and source for `config show`.
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/key_table.hpp"
#include "config/problem.hpp"
#include "config/raw.hpp"

namespace gatehouse::config {

/// One key as it holds, for showing.
struct Setting {
  KeyId id;
  std::string value;   ///< as TOML; secrets masked; empty: not set
  std::string source;  ///< "default", "gatehouse.toml:3", …
  std::string note;    ///< the default in words
};

class Binder {
 public:
  Binder(const RawConfig& raw, Mode mode, Problems& problems) : raw_(raw), mode_(mode), problems_(problems) {}

  /// Keys read from now on are of this section.
  Binder& section(std::string_view section, std::string_view name = {});

  Binder& read(std::string_view key, std::string& out);
  Binder& read(std::string_view key, bool& out);
  Binder& read(std::string_view key, std::size_t& out);
  Binder& read(std::string_view key, double& out);
  Binder& read(std::string_view key, Duration& out);  ///< `duration` and `days`
  Binder& read(std::string_view key, std::vector<std::string>& out);
  Binder& read(std::string_view key, Secret<std::string>& out);
  template <domain::NamedEnum E>
  Binder& read(std::string_view key, E& out) {
    if (const auto text = enum_text(key)) out = *domain::from_text<E>(*text);
    return *this;
  }
  template <class T>
  Binder& read(std::string_view key, std::optional<T>& out) {
    T value{};
    if (is_said(key)) read(key, value), out = std::move(value);
    return *this;
  }

  /// A key of the kind `enum` as text, where its values are data; empty when it says another, which is complained of.
  Binder& read_one_of(std::string_view key, std::string& out) {
    std::optional<std::string> text = enum_text(key);
    if (text || is_said(key)) out = std::move(text).value_or("");
    return *this;
  }

  /// Whether anybody said anything for the key, or its default is not empty.
  bool is_said(std::string_view key) const;
  /// Where a key was said; "" when nowhere.
  std::string where(const KeyId& id) const;
  std::vector<std::string> names(std::string_view section) const;
  const std::vector<Setting>& settings() const { return settings_; }

 private:
  struct Found {
    const ConfigKey* key;
    KeyId id;
    RawValue value;
    bool set;
  };
  Found find(std::string_view key) const;
  std::optional<RawValue> take(std::string_view key, std::initializer_list<RawKind> kinds, std::string_view wanted);
  std::optional<std::string> enum_text(std::string_view key);
  void complain(const Found& found, std::string what, std::string mend);
  void note(const Found& found);

  const RawConfig& raw_;
  Mode mode_;
  Problems& problems_;
  std::string section_, name_;
  std::vector<Setting> settings_;
};

}  // namespace gatehouse::config
