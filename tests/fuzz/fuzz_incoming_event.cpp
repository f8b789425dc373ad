// What other domains publish on the bus: read before the store is asked, which is away here. What is malformed is said
// to be; what is well-formed waits for the store.
#include <stdexcept>

#include "modules/identity/application/require_role.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace gatehouse;
using fuzz::expect;

namespace {

class Away : public ports::Store {
 public:
  Result<> check() override { return unavailable("away"); }
  Result<int> seal() override { return unavailable("away"); }

 protected:
  Result<> run_read(const Body&) override { return unavailable("away"); }
  Result<> run_write(const Body&) override { return unavailable("away"); }
};

struct Still : ports::Clock {
  Timestamp now() const override { return from_unix_seconds(1'800'000'000); }
};

/// Never asked for before the store is.
template <class Port>
Port& absent() {
  static char nothing[alignof(std::max_align_t)]{};
  return *reinterpret_cast<Port*>(nothing);
}

}  // namespace

FUZZ(input) {
  static application::Settings settings;
  static Away store;
  static const Still clock;
  static const application::Dependencies deps{settings,
                                              clock,
                                              store,
                                              absent<ports::SessionMap>(),
                                              absent<ports::PasswordHasher>(),
                                              absent<ports::DataCipher>(),
                                              absent<ports::TokenSigner>(),
                                              absent<ports::MailRenderer>(),
                                              absent<ports::IdentityProviders>()};
  const auto outcome = application::require_role(deps, input);
  if (!outcome) expect(outcome.error().code == ErrorCode::dependency_unavailable);
  const auto dead = application::make_dead_event(deps, "accounts.user.role_required", input, "malformed");
  expect(!dead.json.empty());
}
