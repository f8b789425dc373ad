#include "adapters/storage/sql/stores/filter.hpp"

#include <utility>

namespace gatehouse::adapters::sql {

Filter& Filter::add(std::string_view condition, Value value) {
  const std::string placeholder = place(std::move(value));
  std::string numbered;
  for (const char c : condition) {
    if (c == '?') {
      numbered += placeholder;
    } else {
      numbered += c;
    }
  }
  return add(numbered);
}

Filter& Filter::add(std::string_view condition) {
  if (!text_.empty()) text_ += " AND ";
  text_ += condition;
  return *this;
}

std::string Filter::place(Value value) {
  params_.push_back(std::move(value));
  return "?" + std::to_string(params_.size());
}

}  // namespace gatehouse::adapters::sql
