#pragma once
// The store as the application sees it. The only way to write is `store.write([&](Tx& tx) -> Result<T> { … })`
// (decision 28): one transaction, committed when the closure returns a value and rolled back when it returns an error.
// The closure does SQL only (no hash, no clock, no network, no log), may be run again after a conflict, and returns its
// effects as values. Thread-safe and blocking: call it from a lane or a worker, never from the edge.
//
// Errors of read() and write(): what the closure returned; `dependency_unavailable` with Retry-After when the database
// is away, full, read-only or too slow. After an error of write() nothing was written.
#include <functional>
#include <optional>
#include <type_traits>

#include "modules/identity/ports/stores/defence.hpp"
#include "modules/identity/ports/stores/factors.hpp"
#include "modules/identity/ports/stores/ledgers.hpp"
#include "modules/identity/ports/stores/machinery.hpp"
#include "modules/identity/ports/stores/oauth_tickets.hpp"
#include "modules/identity/ports/stores/people.hpp"
#include "modules/identity/ports/stores/sessions.hpp"
#include "modules/identity/ports/stores/sign_ins.hpp"
#include "modules/identity/ports/stores/tokens.hpp"
#include "modules/identity/ports/stores/users.hpp"

namespace gatehouse::ports {

/// One transaction's view of every store. Lives only as long as the closure it is given to.
class Tx {
 public:
  virtual ~Tx() = default;
  virtual Users& users() = 0;
  virtual Accounts& accounts() = 0;
  virtual Sessions& sessions() = 0;
  virtual Invalidations& invalidations() = 0;
  virtual VerificationTokens& verification_tokens() = 0;
  virtual PendingSignUps& pending_sign_ups() = 0;
  virtual OAuthTickets& oauth_tickets() = 0;
  virtual Factors& factors() = 0;
  virtual Challenges& challenges() = 0;
  virtual Devices& devices() = 0;
  virtual RoleAssignments& roles() = 0;
  virtual LoginAttempts& attempts() = 0;
  virtual SignIns& sign_ins() = 0;
  virtual ThrottleCounters& throttle() = 0;
  virtual AuditLog& audit() = 0;
  virtual Outbox& outbox() = 0;
  virtual Mails& mails() = 0;
  virtual SigningKeys& signing_keys() = 0;
  virtual DataKeys& data_keys() = 0;
  virtual SealedValues& sealed_values() = 0;
  virtual Services& services() = 0;
  virtual Machinery& machinery() = 0;

  /// This write need not survive a power cut of the database before the next one that returns, and where the database
  /// goes away within the commit it may be done twice. Said first; for what means nothing until the caller has written
  /// again and then answered.
  virtual void leave_durability_to_the_next() {}
};

class Store {
 public:
  virtual ~Store() = default;

  template <class F>
  auto read(F&& closure) -> std::invoke_result_t<F&, Tx&> {
    return run<F>(closure, [this](const Body& body) { return run_read(body); });
  }

  template <class F>
  auto write(F&& closure) -> std::invoke_result_t<F&, Tx&> {
    return run<F>(closure, [this](const Body& body) { return run_write(body); });
  }

  /// What a session check asks: Sessions::find_with_user in a read of its own, or in one that it shares with others.
  virtual Result<std::optional<SessionAndUser>> find_session(const domain::SessionId& id) {
    return read([&](Tx& tx) { return tx.sessions().find_with_user(id); });
  }

  /// The same without waiting, where the store can: `answer`, which must not throw or block, is called once on another
  /// thread. False, and never called, where it can't.
  using SessionAnswer = std::function<void(Result<std::optional<SessionAndUser>>)>;
  virtual bool find_session_later(const domain::SessionId&, SessionAnswer) { return false; }
  /// Ends that: what still waits is answered with `dependency_unavailable`. Called before those who wait are gone.
  virtual void stop_answering() {}

  /// Whether the database answers and its schema is the one this binary serves.
  virtual Result<> check() = 0;

  /// Seals committed rows that have no position yet (decision 12); how many. A no-op on SQLite, whose writer seals in
  /// the same transaction.
  virtual Result<int> seal() = 0;

 protected:
  using Body = std::function<Result<>(Tx&)>;
  virtual Result<> run_read(const Body& body) = 0;
  virtual Result<> run_write(const Body& body) = 0;

 private:
  template <class F, class Runner>
  auto run(F& closure, Runner&& runner) -> std::invoke_result_t<F&, Tx&> {
    using R = std::invoke_result_t<F&, Tx&>;
    std::optional<R> outcome;
    Result<> done = runner([&](Tx& tx) -> Result<> {
      outcome.emplace(closure(tx));
      if (!*outcome) return Failure(outcome->error());
      return {};
    });
    if (!done) return Failure(std::move(done).error());
    return std::move(*outcome);
  }
};

}  // namespace gatehouse::ports
