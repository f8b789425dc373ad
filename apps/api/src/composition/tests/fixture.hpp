#pragma once
// A whole installation in memory for tests of the use cases: real SQLite, real hashes (with small costs), real mails,
// and a clock that is moved by hand. One a test; threads may share it.
#include <barrier>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "adapters/clock/system_clock.hpp"
#include "composition/core.hpp"
#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/sign_in.hpp"
#include "modules/identity/application/verify_mfa.hpp"

namespace gatehouse::composition::testing {

using application::Caller;
using application::RequestInfo;
using application::SignedIn;

inline const std::string kPassword = "correct horse battery staple";

/// Changes to the configuration of one test's installation.
using Configure = std::function<void(config::Config&)>;

class World {
 public:
  explicit World(const Configure& configure = {}, Purpose purpose = Purpose::command);

  const application::Dependencies& deps() { return core->deps(); }
  Timestamp now() const { return clock.now(); }

  /// A confirmed user with a password.
  domain::UserId add_user(const std::string& email, const std::string& password = kPassword);
  /// Enrols an app, by a session of its own; what it takes to answer.
  struct Factor {
    Secret<std::string> secret;
    std::vector<std::string> backup_codes;
    SignedIn session;
  };
  Factor enroll(const std::string& email, const std::string& password = kPassword);
  /// The app's code now, or some steps off.
  std::string code(const Factor& factor, int steps = 0) const;

  Result<application::SignInOutcome> try_sign_in(const std::string& email, const std::string& password = kPassword,
                                                 const std::optional<std::string>& device_token = {},
                                                 const std::string& ip = "203.0.113.7");
  /// A sign-in that ends in a session, or in a challenge; the test fails where it does not.
  SignedIn sign_in(const std::string& email, const std::string& password = kPassword,
                   const std::optional<std::string>& device_token = {});
  std::string challenge(const std::string& email, const std::optional<std::string>& device_token = {});
  Result<application::MfaResult> answer(const std::string& challenge, const std::string& method,
                                        const std::string& code);

  Caller caller(const SignedIn& signed_in);
  /// A service with the permissions given.
  Caller service(const std::string& name, std::vector<std::string> permissions);
  /// Whether the session token still answers.
  bool lives(const SignedIn& signed_in);

  domain::User user(const std::string& email);
  /// The token in the newest mail of a template to an address; empty where there is none.
  std::string mailed_token(const std::string& to, const std::string& template_name);
  int count_mails(const std::string& to, const std::string& template_name);
  /// Successful audit rows of an action about a user, and events of a topic.
  int count_audit(const domain::UserId& user, std::string_view action);
  int count_events(const domain::UserId& user, std::string_view topic);

  template <class F>
  auto read(F&& closure) {
    return core->store().read(std::forward<F>(closure));
  }
  template <class F>
  auto write(F&& closure) {
    return core->store().write(std::forward<F>(closure));
  }

  adapters::DevClock clock;
  std::unique_ptr<Core> core;
  RequestInfo request{"test-request", "", "203.0.113.7", "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0"};
};

/// Runs `body(0) … body(count - 1)` at once, each on a thread of its own; their results in order.
template <class F>
auto at_once(int count, F&& body) {
  using R = std::invoke_result_t<F&, int>;
  std::vector<std::optional<R>> slots(static_cast<std::size_t>(count));
  std::barrier start(count);
  std::vector<std::jthread> threads;
  threads.reserve(slots.size());
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      slots[static_cast<std::size_t>(i)].emplace(body(i));
    });
  }
  threads.clear();
  std::vector<R> results;
  results.reserve(slots.size());
  for (auto& slot : slots) results.push_back(std::move(*slot));
  return results;
}

/// For tries whose outcome is not the point.
template <class T>
void ignore(const Result<T>&) {}

template <class T>
int count_ok(const std::vector<Result<T>>& results) {
  return static_cast<int>(std::count_if(results.begin(), results.end(), [](const auto& each) { return bool(each); }));
}
template <class T>
int count_failed(const std::vector<Result<T>>& results, ErrorCode code) {
  return static_cast<int>(std::count_if(results.begin(), results.end(),
                                        [&](const auto& each) { return !each && each.error().code == code; }));
}

/// The name of an error's code, or "ok": for readable expectations.
template <class T>
std::string code_of(const Result<T>& result) {
  return result ? "ok" : std::string(error_info(result.error().code).code);
}

}  // namespace gatehouse::composition::testing
