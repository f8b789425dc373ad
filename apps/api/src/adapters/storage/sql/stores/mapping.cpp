#include "adapters/storage/sql/stores/mapping.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace gatehouse::adapters::sql {

Json word_list(const std::vector<std::string>& words) {
  return Json{boost::json::serialize(boost::json::array(words.begin(), words.end()))};
}

std::vector<std::string> words_at(const Row& row, std::size_t column) {
  const boost::json::value list = boost::json::parse(row.json(column));
  std::vector<std::string> words;
  for (const auto& word : list.as_array()) words.emplace_back(word.as_string());
  return words;
}

}  // namespace gatehouse::adapters::sql
