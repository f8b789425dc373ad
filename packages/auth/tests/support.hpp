#pragma once
// What the tests of this room share: vectors and a fixed now.
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "auth/encoding.hpp"
#include "foundation/time.hpp"

namespace gatehouse::auth {

inline std::string read_file(const std::string& path) {
  std::ifstream file(std::string(GATEHOUSE_SOURCE_DIR) + '/' + path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline boost::json::value read_vectors(const std::string& name) {
  return boost::json::parse(read_file("tests/vectors/" + name));
}

inline std::string text_of(const boost::json::value& value, std::string_view name) {
  return std::string(value.at(name).as_string());
}

inline std::string unhex(std::string_view text) { return hex_decode(text).value(); }
inline std::string unhex(const boost::json::value& value, std::string_view name) { return unhex(text_of(value, name)); }

/// Calls `check(group, test)` for every case of a Wycheproof file.
template <class Check>
void for_each_case(const std::string& file, Check check) {
  const boost::json::value vectors = read_vectors("wycheproof/" + file);
  for (const boost::json::value& group : vectors.at("testGroups").as_array())
    for (const boost::json::value& test : group.at("tests").as_array()) check(group, test);
}

inline bool is_valid(const boost::json::value& test) { return test.at("result") == "valid"; }
inline bool is_invalid(const boost::json::value& test) { return test.at("result") == "invalid"; }
/// Names a case in a failure's message.
inline std::string case_name(const boost::json::value& test) {
  return "tcId " + std::to_string(test.at("tcId").as_int64()) + ": " + text_of(test, "comment");
}

inline const Timestamp kNow = from_unix_seconds(1'800'000'000);

}  // namespace gatehouse::auth
