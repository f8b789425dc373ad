// read_toml: the only file that includes toml++.
#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

#include "config/key_table.hpp"
#include "config/sources.hpp"

namespace gatehouse::config {
namespace {

class Walk {
 public:
  Walk(std::string file, RawConfig& raw, Problems& problems) : file_(std::move(file)), raw_(raw), problems_(problems) {}

  /// A table at a dotted path, "" being the whole file.
  void table(const toml::table& table, const std::string& path) {
    for (const auto& [key, node] : table) {
      const std::string inner = (path.empty() ? "" : path + ".") + std::string(key.str());
      if (const toml::table* nested = node.as_table()) {
        section(*nested, inner, where(node));
      } else {
        value(node, inner);
      }
    }
  }

 private:
  /// A table is a section, the NAME of a named section, or on the way to one ("oauth.providers").
  void section(const toml::table& nested, const std::string& path, const std::string& at) {
    const std::size_t dot = path.rfind('.');
    const ConfigSection* parent = dot == std::string::npos ? nullptr : find_section(path.substr(0, dot));
    if (parent != nullptr && parent->named) {
      const std::string name = path.substr(dot + 1);
      if (!is_section_name(name)) {
        problems_.push_back({at, path, "has a name that is not allowed", "use 1 to 64 of a-z, A-Z, 0-9, _ and -"});
        return;
      }
      raw_.named.emplace(std::pair(std::string(parent->name), name), at);
    } else if (find_section(path) == nullptr) {
      problems_.push_back({at, path, "is not a known section", suggest(path)});
      return;
    }
    table(nested, path);
  }

  void value(const toml::node& node, const std::string& path) {
    const auto id = resolve_path(path);
    if (!id) {
      problems_.push_back({where(node), path, "is not a known key", suggest(path)});
      return;
    }
    raw_.values[*id] = raw_of(node);
  }

  RawValue raw_of(const toml::node& node) const {
    RawValue raw{RawKind::other, {}, {}, where(node)};
    if (const auto* text = node.as_string()) {
      raw.kind = RawKind::string;
      raw.text = text->get();
    } else if (const auto* integer = node.as_integer()) {
      raw.kind = RawKind::integer;
      raw.text = std::to_string(integer->get());
    } else if (const auto* number = node.as_floating_point()) {
      raw.kind = RawKind::number;
      std::ostringstream out;
      out << number->get();
      raw.text = out.str();
    } else if (const auto* truth = node.as_boolean()) {
      raw.kind = RawKind::boolean;
      raw.text = truth->get() ? "true" : "false";
    } else if (const auto* array = node.as_array()) {
      raw.kind = RawKind::list;
      for (const auto& item : *array) {
        const auto* text_item = item.as_string();
        if (text_item == nullptr) {
          raw.kind = RawKind::other;
          break;
        }
        raw.items.push_back(text_item->get());
      }
    }
    return raw;
  }

  std::string where(const toml::node& node) const { return file_ + ":" + std::to_string(node.source().begin.line); }

  std::string file_;
  RawConfig& raw_;
  Problems& problems_;
};

}  // namespace

RawConfig read_toml(const std::filesystem::path& file, Problems& problems) {
  RawConfig raw;
  raw.files.push_back(file);
  const auto text = read_text(file);
  if (!text) {
    problems.push_back({file.string(), "", "cannot be read", "check the path, and that Gatehouse's user may read it"});
    return raw;
  }
  try {
    Walk(file.string(), raw, problems).table(toml::parse(*text, file.string()), "");
  } catch (const toml::parse_error& error) {
    const std::string line = std::to_string(error.source().begin.line);
    problems.push_back({file.string() + ":" + line, "", "is not TOML: " + std::string(error.description()),
                        "correct the line; values of text stand in double quotes"});
  }
  return raw;
}

}  // namespace gatehouse::config
