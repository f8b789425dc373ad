#pragma once
// Questions that several stores can send to the database together. A store offers a question of its own as an Ask: the
// statement with its parameters, and how the rows that answer it are read. Neither runs anything by itself.
#include <cstddef>
#include <tuple>
#include <utility>
#include <vector>

#include "adapters/storage/sql/connection.hpp"

namespace gatehouse::adapters::sql {

template <class T>
struct Ask {
  Connection::Question question;
  T (*read)(const Rows& rows);
};

/// One question in a trip of its own.
template <class T>
T ask(Connection& connection, const Ask<T>& one) {
  return one.read(connection.query(one.question.statement, one.question.params));
}

/// All of them in one trip, in this order; none may need another's answer.
template <class... T>
std::tuple<T...> ask_all(Connection& connection, const Ask<T>&... each) {
  const std::vector<Rows> answers = connection.query_all({each.question...});
  return [&]<std::size_t... at>(std::index_sequence<at...>) { return std::tuple<T...>{each.read(answers.at(at))...}; }
  (std::index_sequence_for<T...>());
}

}  // namespace gatehouse::adapters::sql
