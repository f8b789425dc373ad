#pragma once
// The conditions of a list, collected one by one into a WHERE clause with numbered placeholders. Conditions are
// literals of the code; values only ever travel as parameters.
#include <string>
#include <string_view>

#include "adapters/storage/sql/values.hpp"

namespace gatehouse::adapters::sql {

class Filter {
 public:
  /// A condition whose every `?` stands for `value`.
  Filter& add(std::string_view condition, Value value);
  /// A condition without a value.
  Filter& add(std::string_view condition);
  /// A value outside of the conditions, such as a LIMIT: its placeholder.
  std::string place(Value value);

  bool empty() const { return text_.empty(); }
  /// " WHERE a AND b", or nothing.
  std::string where() const { return text_.empty() ? std::string() : " WHERE " + text_; }
  const Params& params() const { return params_; }

 private:
  std::string text_;
  Params params_;
};

}  // namespace gatehouse::adapters::sql
