#include "config/binder.hpp"

#include <charconv>
#include <stdexcept>

namespace gatehouse::config {
namespace {

std::string toml_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out + "\"";
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    std::string_view item = text.substr(0, comma);
    while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
    while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
    if (!item.empty()) items.emplace_back(item);
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return items;
}

/// A secret as it may be shown: nothing of it, but for a URL everything save its password.
std::string masked(std::string_view text) {
  constexpr std::string_view kMask = "********";
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return text.substr(0, 7) == "sqlite:" ? std::string(text) : std::string(kMask);
  if (text.find("password=") != std::string_view::npos)
    return std::string(text.substr(0, scheme + 3)) + std::string(kMask);
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || at < scheme) return std::string(text);
  const std::string_view user = text.substr(scheme + 3, at - scheme - 3);
  const std::size_t colon = user.find(':');
  // A user without a password may be a token (nats://TOKEN@host).
  const std::string_view shown = colon == std::string_view::npos ? std::string_view() : user.substr(0, colon + 1);
  return std::string(text.substr(0, scheme + 3)) + std::string(shown) + std::string(kMask) +
         std::string(text.substr(at));
}

template <class N>
std::optional<N> number_from(std::string_view text) {
  N value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// A duration, or a bare number of days where the key is of days.
std::optional<Duration> duration_from(std::string_view text, ConfigType type) {
  if (type == ConfigType::days_) {
    if (const auto days = number_from<std::int64_t>(text); days && *days >= 0 && *days <= 36'500) {
      return std::chrono::hours(24 * *days);
    }
  }
  return parse_duration(text);
}

template <class V>
bool out_of_bounds(const V& value, const std::optional<V>& least, const std::optional<V>& most) {
  return (least && value < *least) || (most && value > *most);
}

std::string bounds_text(const ConfigKey& key) {
  return "give a value from " + std::string(key.min) + " to " + std::string(key.max);
}

}  // namespace

std::string to_text(const Problem& problem) {
  std::string text = problem.where.empty() ? "" : problem.where + ": ";
  text += problem.key + (problem.key.empty() ? "" : " ") + problem.what;
  return problem.mend.empty() ? text : text + "; " + problem.mend;
}

Binder& Binder::section(std::string_view section, std::string_view name) {
  section_ = section;
  name_ = name;
  return *this;
}

Binder::Found Binder::find(std::string_view key) const {
  const ConfigKey* row = find_key(section_, key);
  if (row == nullptr) throw std::logic_error("no such configuration key: " + section_ + "." + std::string(key));
  const KeyId id{section_, name_, std::string(key)};
  if (const auto said = raw_.values.find(id); said != raw_.values.end()) return {row, id, said->second, true};
  const std::string_view fallback = mode_ == Mode::development ? row->dev_default_value : row->default_value;
  return {row, id, RawValue{RawKind::text, std::string(fallback), {}, "default"}, !fallback.empty()};
}

bool Binder::is_said(std::string_view key) const { return find(key).set; }

std::string Binder::where(const KeyId& id) const {
  const auto said = raw_.values.find(id);
  return said == raw_.values.end() ? "" : said->second.where;
}

std::vector<std::string> Binder::names(std::string_view section) const {
  std::vector<std::string> names;
  for (const auto& [id, where] : raw_.named) {
    if (id.first == section) names.push_back(id.second);
  }
  return names;
}

void Binder::complain(const Found& found, std::string what, std::string mend) {
  problems_.push_back({found.value.where, found.id.str(), std::move(what), std::move(mend)});
}

void Binder::note(const Found& found) {
  std::string value;
  const bool bare = found.key->type == ConfigType::bool_ || found.key->type == ConfigType::int_ ||
                    found.key->type == ConfigType::number_ ||
                    (found.key->type == ConfigType::days_ && number_from<std::int64_t>(found.value.text));
  if (found.key->type == ConfigType::list_ && (found.set || found.key->note.empty())) {
    for (const std::string& item : found.value.kind == RawKind::list ? found.value.items : split(found.value.text)) {
      value += (value.empty() ? "" : ", ") + toml_text(item);
    }
    value = "[" + value + "]";
  } else if (found.set) {
    value = bare ? found.value.text : toml_text(found.key->secret ? masked(found.value.text) : found.value.text);
  }
  settings_.push_back({found.id, std::move(value), found.value.where, std::string(found.key->note)});
}

std::optional<RawValue> Binder::take(std::string_view key, std::initializer_list<RawKind> kinds,
                                     std::string_view wanted) {
  Found found = find(key);
  note(found);
  if (!found.set) return std::nullopt;
  for (const RawKind kind : kinds) {
    if (found.value.kind == kind) return found.value;
  }
  if (found.value.kind == RawKind::text) return found.value;
  complain(found, "is not " + std::string(wanted), "write " + std::string(wanted));
  return std::nullopt;
}

Binder& Binder::read(std::string_view key, std::string& out) {
  if (const auto value = take(key, {RawKind::string}, "a text in double quotes")) out = value->text;
  return *this;
}

Binder& Binder::read(std::string_view key, Secret<std::string>& out) {
  if (const auto value = take(key, {RawKind::string}, "a text in double quotes"))
    out = Secret<std::string>(value->text);
  return *this;
}

Binder& Binder::read(std::string_view key, bool& out) {
  const auto value = take(key, {RawKind::boolean}, "true or false");
  if (!value) return *this;
  if (value->text == "true" || value->text == "false") {
    out = value->text == "true";
  } else {
    complain(find(key), "is not true or false", "write true or false");
  }
  return *this;
}

Binder& Binder::read(std::string_view key, std::size_t& out) {
  const auto value = take(key, {RawKind::integer}, "a whole number");
  if (!value) return *this;
  const Found found = find(key);
  const auto number = number_from<std::int64_t>(value->text);
  if (!number) {
    complain(found, "is not a whole number", "write a whole number");
  } else if (out_of_bounds(*number, number_from<std::int64_t>(found.key->min),
                           number_from<std::int64_t>(found.key->max)) ||
             *number < 0) {
    complain(found, "is " + value->text, bounds_text(*found.key));
  } else {
    out = static_cast<std::size_t>(*number);
  }
  return *this;
}

Binder& Binder::read(std::string_view key, double& out) {
  const auto value = take(key, {RawKind::integer, RawKind::number}, "a number");
  if (!value) return *this;
  const Found found = find(key);
  const auto number = number_from<double>(value->text);
  if (!number) {
    complain(found, "is not a number", "write a number");
  } else if (out_of_bounds(*number, number_from<double>(found.key->min), number_from<double>(found.key->max))) {
    complain(found, "is " + value->text, bounds_text(*found.key));
  } else {
    out = *number;
  }
  return *this;
}

Binder& Binder::read(std::string_view key, Duration& out) {
  const ConfigType type = find(key).key->type;
  const bool days = type == ConfigType::days_;
  const std::string wanted =
      days ? "a number of days" : "a duration as \"500ms\", \"90s\", \"15m\", \"12h\" or \"30d\"";
  const auto value =
      days ? take(key, {RawKind::integer, RawKind::string}, wanted) : take(key, {RawKind::string}, wanted);
  if (!value) return *this;
  const Found found = find(key);
  const auto duration = duration_from(value->text, type);
  if (!duration) {
    complain(found, "is not " + wanted, "write " + wanted);
  } else if (out_of_bounds(*duration, duration_from(found.key->min, type), duration_from(found.key->max, type))) {
    complain(found, "is " + value->text, bounds_text(*found.key));
  } else {
    out = *duration;
  }
  return *this;
}

Binder& Binder::read(std::string_view key, std::vector<std::string>& out) {
  const auto value = take(key, {RawKind::list}, "a list of texts");
  // What is wrong is told once: checks of the list go on with its default.
  if (!value) out = split(mode_ == Mode::development ? find(key).key->dev_default_value : find(key).key->default_value);
  if (value) out = value->kind == RawKind::list ? value->items : split(value->text);
  return *this;
}

std::optional<std::string> Binder::enum_text(std::string_view key) {
  const auto value = take(key, {RawKind::string}, "a text in double quotes");
  if (!value) return std::nullopt;
  const Found found = find(key);
  std::vector<std::string> known;
  std::string all;
  for (const std::string_view one : found.key->values) {
    if (one == value->text) return value->text;
    known.emplace_back(one);
    all += (all.empty() ? "" : ", ") + std::string(one);
  }
  complain(found, "is \"" + value->text + "\"",
           "did you mean " + nearest(value->text, known) + "? It is one of " + all);
  return std::nullopt;
}

}  // namespace gatehouse::config
