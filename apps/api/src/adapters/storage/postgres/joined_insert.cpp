#include "adapters/storage/postgres/joined_insert.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace gatehouse::adapters::postgres {
namespace {

constexpr std::string_view kInsert = "INSERT INTO ", kValues = ") VALUES (";

/// Where the row of values begins, with its bracket.
std::size_t row_of(std::string_view insert) { return insert.find(kValues) + kValues.size() - 1; }

/// The row, its placeholders counted on from `last`, which is then the highest of them.
std::string count_on(std::string_view row, std::size_t& last) {
  const std::size_t before = last;
  std::string text;
  for (const char* at = row.data(); at != row.data() + row.size();) {
    text += *at++;
    if (text.back() != '?') continue;
    std::size_t number = 0;
    at = std::from_chars(at, row.data() + row.size(), number).ptr;
    text += std::to_string(before + number);
    last = std::max(last, before + number);
  }
  return text;
}

}  // namespace

bool adds_one_row(std::string_view sql) {
  if (!sql.starts_with(kInsert) || sql.find(kValues) == sql.npos || sql.find('\n') != sql.npos) return false;
  return sql.find_first_not_of("?0123456789, ", row_of(sql) + 1) == sql.size() - 1 && sql.back() == ')';
}

std::vector<std::size_t> joining_order(std::span<const std::string_view> inserts) {
  std::vector<std::size_t> order;
  order.reserve(inserts.size());
  for (std::size_t i = 0; i < inserts.size(); ++i) {
    const auto alike = std::find_if(order.rbegin(), order.rend(), [&](auto at) { return inserts[at] == inserts[i]; });
    order.insert(alike == order.rend() ? order.end() : alike.base(), i);
  }
  return order;
}

std::string join_inserts(std::string_view lines) {
  std::vector<std::string> statements;
  std::string_view before;
  std::size_t last = 0;
  while (!lines.empty()) {
    const std::string_view insert = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), insert.size() + 1));
    const std::string row = count_on(insert.substr(row_of(insert)), last);
    if (insert == before)
      statements.back() += ", " + row;
    else
      statements.push_back(std::string(insert.substr(0, row_of(insert))) + row);
    before = insert;
  }
  std::string joined;
  for (std::size_t i = 0; i + 1 < statements.size(); ++i)
    joined += fmt::format("{} t{} AS ({})", i == 0 ? "WITH" : ",", i, statements[i]);
  return joined + (joined.empty() ? "" : " ") + statements.back();
}

}  // namespace gatehouse::adapters::postgres
