// Durable session creations per second at the store port, each with its audit row and outbox row in one transaction.
//   store_port DATA THREADS SECONDS  -> operations per second        (DATA: an empty folder, on a real disk)
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "adapters/clock/system_clock.hpp"
#include "auth/token.hpp"
#include "composition/core.hpp"
#include "config/load.hpp"
#include "domain/identity/session_policy.hpp"
#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/provision_user.hpp"
#include "modules/identity/application/record.hpp"

using namespace gatehouse;

namespace {

template <class T>
T must(Result<T> result) {
  if (result) {
    if constexpr (!std::is_void_v<T>) return std::move(*result);
    return T();
  }
  std::fprintf(stderr, "store_port: %s %s\n", result.error().detail.c_str(), result.error().cause.c_str());
  std::exit(1);
}

const application::RequestInfo kRequest{"bench", "", "203.0.113.7", "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0"};

/// What a sign-in writes at the least, without its reads.
Result<> create_session(const application::Dependencies& deps, const domain::UserId& user) {
  const Timestamp now = deps.clock.now();
  domain::Session session;
  session.id = domain::SessionId(application::new_id(now));
  session.user_id = user;
  session.client_id = "default";
  domain::begin_session(session, {std::chrono::hours(24), std::chrono::hours(240), 100}, now);
  session.amr = {"pwd"};
  session.ip = kRequest.ip;
  session.user_agent = kRequest.user_agent;
  session.device = "Firefox on Linux";
  session.token_hash = auth::new_token(auth::TokenKind::session, session.id.str()).hash;
  return deps.store.write([&](ports::Tx& tx) -> Result<> {
    application::Record record(tx, deps, kRequest, now);
    GH_CHECK(tx.sessions().add(session));
    return record.audit(application::by_user(user), domain::audit_actions::kSignIn, user,
                        {.details = {{"session_id", session.id.str()}}});
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const auto loaded = config::load({.mode = config::Mode::development, .data = argv[1], .cores = 2});
  const adapters::SystemClock clock;
  const auto core = must(composition::Core::open(loaded.config, composition::Purpose::server, clock));
  const auto made = must(application::provision_user(core->deps(),
                                                     {.email = "bench@example.com",
                                                      .password = Secret<std::string>("correct horse battery staple"),
                                                      .name = "Bench",
                                                      .roles = {},
                                                      .verified = true,
                                                      .password_rule = application::PasswordRule::any},
                                                     application::operator_caller("bench"), kRequest));
  std::atomic<long> count{0};
  std::atomic<bool> stop{false};
  std::vector<std::jthread> threads;
  for (int i = 0; i < std::atoi(argv[2]); ++i) {
    threads.emplace_back([&] {
      while (!stop) {
        must(create_session(core->deps(), made.user.id));
        ++count;
      }
    });
  }
  const double seconds = std::atof(argv[3]);
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  const long reached = count;
  stop = true;
  threads.clear();
  std::printf("%.1f\n", static_cast<double>(reached) / seconds);
}
