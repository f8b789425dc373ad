#include "auth/strict_json.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include <cstddef>
#include <string>
#include <vector>

namespace gatehouse::auth {
namespace {

constexpr std::size_t kMaxDepth = 16;

/// Looks at names alone: Boost.JSON's own value lets the last of two equal members win without a word.
struct NameCheck {
  static constexpr std::size_t max_object_size = 256;
  static constexpr std::size_t max_array_size = 10'000;
  static constexpr std::size_t max_key_size = 1'000;
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  using Code = boost::json::error_code;
  using View = boost::json::string_view;

  std::vector<std::vector<std::string>> open;  // the names seen so far, a list for each open object
  std::string name;

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) {
    open.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, Code&) {
    open.pop_back();
    return true;
  }
  bool on_array_begin(Code&) { return true; }
  bool on_array_end(std::size_t, Code&) { return true; }
  bool on_key_part(View part, std::size_t, Code&) {
    name.append(part.data(), part.size());
    return true;
  }
  bool on_key(View part, std::size_t, Code& code) {
    name.append(part.data(), part.size());
    std::vector<std::string>& seen = open.back();
    if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
      code = boost::json::error::syntax;
      return false;
    }
    seen.push_back(std::move(name));
    name.clear();
    return true;
  }
  bool on_string_part(View, std::size_t, Code&) { return true; }
  bool on_string(View, std::size_t, Code&) { return true; }
  bool on_number_part(View, Code&) { return true; }
  bool on_int64(std::int64_t, View, Code&) { return true; }
  bool on_uint64(std::uint64_t, View, Code&) { return true; }
  bool on_double(double, View, Code&) { return true; }
  bool on_bool(bool, Code&) { return true; }
  bool on_null(Code&) { return true; }
  bool on_comment_part(View, Code&) { return true; }
  bool on_comment(View, Code&) { return true; }
};

boost::json::parse_options options() {
  boost::json::parse_options strict;
  strict.max_depth = kMaxDepth;
  return strict;
}

bool names_are_unique(std::string_view text) {
  boost::json::basic_parser<NameCheck> parser(options());
  boost::json::error_code code;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), code);
  return !code && read == text.size();
}

}  // namespace

std::optional<boost::json::value> parse_strict_value(std::string_view text) {
  if (!names_are_unique(text)) return std::nullopt;
  boost::json::error_code code;
  boost::json::value value = boost::json::parse(text, code, {}, options());
  if (code) return std::nullopt;
  return value;
}

std::optional<boost::json::object> parse_strict_object(std::string_view text) {
  std::optional<boost::json::value> value = parse_strict_value(text);
  if (!value || !value->is_object()) return std::nullopt;
  return std::move(value->get_object());
}

}  // namespace gatehouse::auth
