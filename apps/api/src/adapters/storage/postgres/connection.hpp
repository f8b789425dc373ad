#pragma once
// One PostgreSQL connection on libpq: statements prepared at their first use, values in binary, changes that nobody
// waits for sent along with what is waited for (libpq's pipeline), inserts among them joined, every wait bounded by the
// client's own deadline, failures as DatabaseError. Used by the pool, the migrations and the fence; stores see it as
// sql::Connection. Not thread-safe.
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "adapters/storage/sql/connection.hpp"

struct pg_conn;
struct pg_result;

namespace gatehouse::adapters::postgres {

struct ConnectSettings {
  std::string url;  ///< libpq's, TLS options and all; never logged
  std::chrono::milliseconds connect_timeout{3000};
  std::chrono::milliseconds statement_timeout{5000};
  std::chrono::milliseconds lock_timeout{3000};
};

struct Notification {
  std::string channel;
  std::string payload;
};

class PgConnection final : public sql::Connection {
 public:
  /// Connects. Throws DatabaseError `unavailable`, whose message names host and cause but no password.
  explicit PgConnection(const ConnectSettings& settings);
  ~PgConnection() override;
  PgConnection(const PgConnection&) = delete;
  PgConnection& operator=(const PgConnection&) = delete;

  sql::Dialect dialect() const override { return {.is_postgres = true}; }
  sql::Rows query(const sql::Statement& statement, const sql::Params& params) override;
  std::vector<sql::Rows> query_all(const std::vector<Question>& questions) override;
  std::int64_t execute(const sql::Statement& statement, const sql::Params& params) override;
  void send(const sql::Statement& statement, const sql::Params& params) override;
  /// The server writes its log in order: the next commit that waits for the disk takes this one along.
  void leave_durability_to_the_next() override;
  void announce_invalidation(std::string_view payload) override;
  void run_script(const std::string& script) override;

  /// Begins a transaction, together with its first statement.
  void begin();
  /// Of the transaction that was begun: by it its fate can be asked for later. Empty when it never came to be, and
  /// where what becomes of it is worth no question.
  const std::string& transaction_id();
  /// Whether its fate matters: not where it was left to the next commit to last.
  bool has_fate() const { return has_fate_; }
  /// False when the server rolled back instead, because a statement had failed.
  bool commit();
  /// Also forgets what was not sent yet.
  void roll_back();
  /// How long the client waits for one answer; migrations need more than requests.
  void wait_at_most(std::chrono::milliseconds patience) { patience_ = patience; }

  /// Whether the last work left it as it should: not cut, and no answer or transaction outstanding.
  bool is_idle() const;
  /// Whether the server has refused a statement of this transaction, so that nothing of it can be committed.
  bool is_refused() const;
  /// Whether it can be used again: idle, and the server has not hung up meanwhile. Forgets prepared statements where
  /// they have become many.
  bool is_usable();
  int backend_pid() const;
  /// Names this run of the server: it has another one after a restart, a crash of any of its processes, or a failover.
  const std::string& server_life() const { return server_life_; }

  /// What arrived on the channels listened to, waiting at most `patience` for the first.
  std::vector<Notification> notifications(std::chrono::milliseconds patience);

 private:
  using Moment = std::chrono::steady_clock::time_point;
  struct Finish {
    void operator()(pg_conn* connection) const;
  };
  struct Clear {
    void operator()(pg_result* result) const;
  };
  using ResultPtr = std::unique_ptr<pg_result, Clear>;

  enum class Form {
    statement,
    insert,   ///< one that is joined with others beside it
    inserts,  ///< several of them, joined (joined_insert.hpp)
    bare,     ///< without parameters, and not worth preparing
  };
  /// A statement with its parameters, on its way.
  struct Message {
    std::string_view doing;  ///< for errors
    std::string text{};
    std::string kinds{};                               ///< of the parameters, a character each
    std::vector<std::optional<std::string>> values{};  ///< encoded
    Form form = Form::statement;
    std::string prepared{};  ///< its name at the server
  };

  static Message message_of(const sql::Statement& statement, const sql::Params& params);
  static Message joined(std::span<Message> inserts);
  std::vector<Message> take_unsent();
  void prepare(Message& message);
  ResultPtr run(const sql::Statement& statement, const sql::Params& params);
  std::vector<ResultPtr> run_unsent();
  std::vector<ResultPtr> run_piped(const std::vector<Message>& messages);
  ResultPtr run_text(const std::string& script);
  bool forget_prepared();
  void post(const Message& message);
  void push_out(std::string_view doing);
  ResultPtr next_result(std::string_view doing);
  ResultPtr wait_for_result(std::string_view doing);
  void wait_for_socket(short events, Moment deadline, std::string_view doing);
  [[noreturn]] void throw_cut(std::string_view doing);
  void throw_if_failed(const pg_result* result, std::string_view doing);

  std::unique_ptr<pg_conn, Finish> connection_;
  std::chrono::milliseconds patience_;
  std::string server_life_;
  bool broken_ = false;
  std::vector<Message> unsent_;
  std::string transaction_id_;  ///< empty until the server told it
  bool has_fate_ = true;
  std::unordered_map<std::string, std::string> prepared_;
  std::string key_;  ///< of the statement at hand; kept for its memory
  int next_name_ = 0;
};

}  // namespace gatehouse::adapters::postgres
