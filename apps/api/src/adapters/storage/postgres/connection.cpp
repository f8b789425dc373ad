#include "adapters/storage/postgres/connection.hpp"

#include <poll.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <libpq-fe.h>

#include "adapters/storage/postgres/connecting.hpp"
#include "adapters/storage/postgres/joined_insert.hpp"
#include "adapters/storage/postgres/wire.hpp"

namespace gatehouse::adapters::postgres {
namespace {

using sql::DatabaseError;
using sql::DatabaseErrorKind;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr sql::Statement kNotify{"invalidations.notify", "SELECT pg_notify('identity_invalidations', ?1)"};
constexpr sql::Statement kBegin{"transaction.begin", "BEGIN"};
constexpr sql::Statement kTransactionId{"transaction.id", "SELECT pg_current_xact_id()::text"};
constexpr sql::Statement kDoNotWait{"transaction.do_not_wait", "SET LOCAL synchronous_commit = off"};
// A crash begins the server's statistics anew, although its first process goes on.
constexpr const char* kServerLife =
    "; SELECT concat(pg_postmaster_start_time(), ' ', (SELECT stats_reset FROM pg_stat_bgwriter))";
// Statements whose text is built per call (filters) must not fill the server's memory.
constexpr std::size_t kMostPrepared = 512;
// So that what a change of many rows joins comes in few forms.
constexpr std::ptrdiff_t kMostJoined = 12;

DatabaseErrorKind kind_of(std::string_view state) {
  const auto is = [&](auto... codes) { return ((state == codes) || ...); };
  // A missing parent (23503) means that another transaction removed it meanwhile: the closure will see that when run
  // again.
  if (is("40001", "40P01", "23503")) return DatabaseErrorKind::conflict;
  if (is("23505")) return DatabaseErrorKind::unique_violation;
  if (is("55P03", "57014", "25P03")) return DatabaseErrorKind::busy;
  if (is("53100")) return DatabaseErrorKind::full;
  if (is("25006")) return DatabaseErrorKind::read_only;
  if (is("XX001", "XX002")) return DatabaseErrorKind::corrupt;
  // 0A000 and 26000: the prepared statement is no more what it was, after a migration or a pooler; 58030 is I/O.
  if (is("0A000", "26000", "58030")) return DatabaseErrorKind::unavailable;
  const std::string_view area = state.substr(0, 2);
  if (area == "08" || area == "53" || area == "57") return DatabaseErrorKind::unavailable;
  return DatabaseErrorKind::other;
}

std::int64_t changed_rows(const pg_result* result) {
  const std::string_view count = PQcmdTuples(const_cast<pg_result*>(result));
  std::int64_t number = 0;
  std::from_chars(count.data(), count.data() + count.size(), number);
  return number;
}

sql::Rows rows_of(const pg_result* result) {
  const int columns = PQnfields(result);
  sql::Rows rows;
  rows.reserve(static_cast<std::size_t>(PQntuples(result)));
  for (int row = 0; row < PQntuples(result); ++row) {
    std::vector<sql::Row::Cell> cells(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column) {
      if (PQgetisnull(result, row, column) != 0) continue;
      const std::string_view bytes(PQgetvalue(result, row, column),
                                   static_cast<std::size_t>(PQgetlength(result, row, column)));
      cells[static_cast<std::size_t>(column)] = decode(PQftype(result, column), bytes);
    }
    rows.emplace_back(std::move(cells));
  }
  return rows;
}

}  // namespace

void PgConnection::Finish::operator()(pg_conn* connection) const { PQfinish(connection); }
void PgConnection::Clear::operator()(pg_result* result) const { PQclear(result); }

PgConnection::PgConnection(const ConnectSettings& settings)
    : connection_(connect(settings)), patience_(settings.statement_timeout + kGrace) {
  PQsetnonblocking(connection_.get(), 1);
  PQsetNoticeProcessor(
      connection_.get(), [](void*, const char*) {}, nullptr);
  server_life_ = PQgetvalue(run_text(session_settings(settings) + kServerLife).get(), 0, 0);
}

PgConnection::~PgConnection() = default;

int PgConnection::backend_pid() const { return PQbackendPID(connection_.get()); }

void PgConnection::throw_cut(std::string_view doing) {
  broken_ = true;
  throw DatabaseError(DatabaseErrorKind::unavailable,
                      fmt::format("{}: {}", doing, one_line(PQerrorMessage(connection_.get()))));
}

void PgConnection::wait_for_socket(short events, Moment deadline, std::string_view doing) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  pollfd waited{.fd = PQsocket(connection_.get()), .events = events, .revents = 0};
  if (left <= 0 || poll(&waited, 1, static_cast<int>(left)) == 0) {
    broken_ = true;
    throw DatabaseError(DatabaseErrorKind::unavailable, fmt::format("{}: no answer within the time limit", doing));
  }
}

void PgConnection::push_out(std::string_view doing) {
  const Moment deadline = Clock::now() + patience_;
  while (const int unsent = PQflush(connection_.get())) {
    if (unsent < 0) throw_cut(doing);
    wait_for_socket(POLLIN | POLLOUT, deadline, doing);
    if (PQconsumeInput(connection_.get()) == 0) throw_cut(doing);
  }
}

/// Null at the end of one statement's results.
PgConnection::ResultPtr PgConnection::next_result(std::string_view doing) {
  const Moment deadline = Clock::now() + patience_;
  while (PQisBusy(connection_.get()) != 0) {
    wait_for_socket(POLLIN, deadline, doing);
    if (PQconsumeInput(connection_.get()) == 0) throw_cut(doing);
  }
  return ResultPtr(PQgetResult(connection_.get()));
}

PgConnection::ResultPtr PgConnection::wait_for_result(std::string_view doing) {
  push_out(doing);
  ResultPtr last;
  while (ResultPtr result = next_result(doing)) {
    // Of a script the first failure counts, of several answers the last.
    if (!last || PQresultStatus(last.get()) != PGRES_FATAL_ERROR) last = std::move(result);
  }
  if (!last || PQstatus(connection_.get()) == CONNECTION_BAD) throw_cut(doing);
  throw_if_failed(last.get(), doing);
  return last;
}

void PgConnection::throw_if_failed(const pg_result* result, std::string_view doing) {
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return;
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  if (state == nullptr) throw_cut(doing);
  const DatabaseErrorKind kind = kind_of(state);
  if (kind == DatabaseErrorKind::unavailable) broken_ = true;
  const char* constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
  // The primary message alone: the detail would quote values.
  throw DatabaseError(
      kind, fmt::format("{}: {} ({})", doing, one_line(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)), state),
      constraint != nullptr ? constraint : "");
}

PgConnection::Message PgConnection::message_of(const sql::Statement& statement, const sql::Params& params) {
  Message message{.doing = statement.name,
                  .text = std::string(statement.postgres.empty() ? statement.text : statement.postgres)};
  message.kinds.reserve(params.size());
  message.values.reserve(params.size());
  for (const sql::Value& value : params) {
    message.kinds += static_cast<char>('0' + static_cast<int>(value.kind()));
    message.values.push_back(value.is_null() ? std::nullopt : std::optional(encode(value)));
  }
  return message;
}

PgConnection::Message PgConnection::joined(std::span<Message> inserts) {
  std::vector<std::string_view> texts;
  texts.reserve(inserts.size());
  for (const Message& insert : inserts) texts.push_back(insert.text);
  Message all{.doing = inserts.back().doing, .form = Form::inserts};
  for (const std::size_t i : joining_order(texts)) {
    all.text.append(all.text.empty() ? "" : "\n").append(texts[i]);
    all.kinds += inserts[i].kinds;
    std::move(inserts[i].values.begin(), inserts[i].values.end(), std::back_inserter(all.values));
  }
  return all;
}

/// What is to be sent, with inserts that follow each other joined.
std::vector<PgConnection::Message> PgConnection::take_unsent() {
  std::vector<Message> unsent = std::exchange(unsent_, {});
  std::vector<Message> taken;
  taken.reserve(unsent.size());
  for (auto next = unsent.begin(); next != unsent.end();) {
    const auto most = next + std::min(kMostJoined, unsent.end() - next);
    const auto end = std::find_if(next, most, [](const Message& each) { return each.form != Form::insert; });
    if (end - next > 1) {
      taken.push_back(joined({next, end}));
      next = end;
    } else {
      taken.push_back(std::move(*next++));
    }
  }
  return taken;
}

void PgConnection::prepare(Message& message) {
  // A parameter's kind belongs to the key: where null stands bare, the server inferred another type.
  key_.assign(message.text).append(message.kinds);
  if (const auto found = prepared_.find(key_); found != prepared_.end()) {
    message.prepared = found->second;
    return;
  }
  std::vector<Oid> types;
  types.reserve(message.kinds.size());
  for (const char kind : message.kinds) types.push_back(oid_of(static_cast<sql::Kind>(kind - '0')));
  const Numbered numbered = with_dollars(message.form == Form::inserts ? join_inserts(message.text) : message.text);
  if (numbered.parameters != types.size()) {
    throw std::logic_error(
        fmt::format("{}: {} parameters for {} placeholders", message.doing, types.size(), numbered.parameters));
  }
  message.prepared = fmt::format("s{}", next_name_++);
  if (PQsendPrepare(connection_.get(), message.prepared.c_str(), numbered.text.c_str(), static_cast<int>(types.size()),
                    types.data()) == 0) {
    throw_cut(message.doing);
  }
  wait_for_result(message.doing);
  prepared_.emplace(key_, message.prepared);
}

void PgConnection::send(const sql::Statement& statement, const sql::Params& params) {
  unsent_.push_back(message_of(statement, params));
  if (adds_one_row(unsent_.back().text)) unsent_.back().form = Form::insert;
}

PgConnection::ResultPtr PgConnection::run(const sql::Statement& statement, const sql::Params& params) {
  unsent_.push_back(message_of(statement, params));
  return std::move(run_unsent().back());
}

std::vector<PgConnection::ResultPtr> PgConnection::run_unsent() {
  std::vector<Message> messages = take_unsent();
  std::vector<ResultPtr> results;
  if (messages.empty()) return results;
  for (Message& message : messages)
    if (message.form != Form::bare) prepare(message);
  if (messages.size() == 1) {
    post(messages.front());
    results.push_back(wait_for_result(messages.front().doing));
  } else {
    results = run_piped(messages);
  }
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (messages[i].doing == kTransactionId.name) transaction_id_ = PQgetvalue(results[i].get(), 0, 0);
  }
  return results;
}

std::vector<PgConnection::ResultPtr> PgConnection::run_piped(const std::vector<Message>& messages) {
  const std::string_view doing = messages.back().doing;
  if (PQenterPipelineMode(connection_.get()) == 0) throw_cut(doing);
  for (const Message& message : messages) post(message);
  if (PQpipelineSync(connection_.get()) == 0) throw_cut(doing);
  push_out(doing);
  std::vector<ResultPtr> results;
  results.reserve(messages.size());
  for (const Message& message : messages) {
    results.push_back(next_result(message.doing));
    if (!results.back()) throw_cut(message.doing);
    while (next_result(message.doing)) {
    }
  }
  const ResultPtr end = next_result(doing);
  if (PQresultStatus(end.get()) != PGRES_PIPELINE_SYNC || PQexitPipelineMode(connection_.get()) == 0) throw_cut(doing);
  // The server leaves out what follows a failure, so that the first one is what went wrong.
  for (std::size_t i = 0; i < messages.size(); ++i) throw_if_failed(results[i].get(), messages[i].doing);
  return results;
}

void PgConnection::post(const Message& message) {
  const std::size_t count = message.values.size();
  std::vector<const char*> values(count, nullptr);
  std::vector<int> lengths(count, 0);
  const std::vector<int> binary(count, 1);
  for (std::size_t i = 0; i < count; ++i) {
    if (!message.values[i]) continue;
    values[i] = message.values[i]->data();
    lengths[i] = static_cast<int>(message.values[i]->size());
  }
  const int sent =
      message.form == Form::bare
          ? PQsendQueryParams(connection_.get(), message.text.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 1)
          : PQsendQueryPrepared(connection_.get(), message.prepared.c_str(), static_cast<int>(count), values.data(),
                                lengths.data(), binary.data(), 1);
  if (sent == 0) throw_cut(message.doing);
}

sql::Rows PgConnection::query(const sql::Statement& statement, const sql::Params& params) {
  return rows_of(run(statement, params).get());
}

std::vector<sql::Rows> PgConnection::query_all(const std::vector<Question>& questions) {
  if (questions.empty()) return {};
  std::vector<Message> asked;
  asked.reserve(questions.size());
  for (const auto& [statement, params] : questions) asked.push_back(message_of(statement, params));
  std::move(asked.begin(), asked.end(), std::back_inserter(unsent_));
  const std::vector<ResultPtr> results = run_unsent();
  std::vector<sql::Rows> answers;
  answers.reserve(questions.size());
  for (auto answer = results.end() - std::ssize(questions); answer != results.end(); ++answer)
    answers.push_back(rows_of(answer->get()));
  return answers;
}

std::int64_t PgConnection::execute(const sql::Statement& statement, const sql::Params& params) {
  const ResultPtr result = run(statement, params);
  return std::string_view(PQcmdStatus(result.get())).starts_with("SELECT") ? 0 : changed_rows(result.get());
}

void PgConnection::announce_invalidation(std::string_view payload) { send(kNotify, {payload}); }

PgConnection::ResultPtr PgConnection::run_text(const std::string& script) {
  if (!unsent_.empty()) run_unsent();
  if (PQsendQuery(connection_.get(), script.c_str()) == 0) throw_cut("script");
  return wait_for_result("script");
}

void PgConnection::run_script(const std::string& script) { run_text(script); }

void PgConnection::begin() {
  transaction_id_.clear();
  has_fate_ = true;
  send(kBegin, {});
  send(kTransactionId, {});
}

void PgConnection::leave_durability_to_the_next() {
  has_fate_ = false;
  std::erase_if(unsent_, [](const Message& each) { return each.doing == kTransactionId.name; });
  send(kDoNotWait, {});
}

const std::string& PgConnection::transaction_id() {
  if (has_fate_ && transaction_id_.empty()) run_unsent();
  return transaction_id_;
}

bool PgConnection::commit() {
  unsent_.push_back({.doing = "COMMIT", .text = "COMMIT", .form = Form::bare});
  return std::string_view(PQcmdStatus(run_unsent().back().get())) == "COMMIT";
}

void PgConnection::roll_back() {
  unsent_.clear();
  // The pool closes one that was cut, and so ends its transaction.
  if (!broken_ && PQtransactionStatus(connection_.get()) != PQTRANS_IDLE) run_script("ROLLBACK");
}

bool PgConnection::is_idle() const {
  return !broken_ && unsent_.empty() && PQstatus(connection_.get()) == CONNECTION_OK &&
         PQtransactionStatus(connection_.get()) == PQTRANS_IDLE;
}

bool PgConnection::is_usable() {
  if (!is_idle()) return false;
  // An idle connection has nothing to read, unless the server said goodbye.
  pollfd waited{.fd = PQsocket(connection_.get()), .events = POLLIN, .revents = 0};
  if (poll(&waited, 1, 0) > 0 &&
      (PQconsumeInput(connection_.get()) == 0 || PQstatus(connection_.get()) != CONNECTION_OK)) {
    return false;
  }
  return prepared_.size() <= kMostPrepared || forget_prepared();
}

bool PgConnection::forget_prepared() {
  try {
    run_script("DEALLOCATE ALL");
    prepared_.clear();
    return true;
  } catch (const DatabaseError&) {
    return false;
  }
}

bool PgConnection::is_refused() const { return PQtransactionStatus(connection_.get()) == PQTRANS_INERROR; }

std::vector<Notification> PgConnection::notifications(std::chrono::milliseconds patience) {
  std::vector<Notification> heard;
  const auto collect = [&] {
    while (PGnotify* notify = PQnotifies(connection_.get())) {
      heard.push_back({notify->relname, notify->extra});
      PQfreemem(notify);
    }
  };
  collect();
  if (!heard.empty()) return heard;
  pollfd waited{.fd = PQsocket(connection_.get()), .events = POLLIN, .revents = 0};
  if (poll(&waited, 1, static_cast<int>(patience.count())) > 0) {
    if (PQconsumeInput(connection_.get()) == 0) throw_cut("listen");
    collect();
    if (PQstatus(connection_.get()) == CONNECTION_BAD) throw_cut("listen");
  }
  return heard;
}

}  // namespace gatehouse::adapters::postgres
