// Enrolling an authenticator app, where something else happens between the proof and its commit.
#include <utility>

#include "auth/encoding.hpp"
#include "composition/tests/fixture.hpp"
#include "modules/identity/application/enroll_totp.hpp"

namespace gatehouse::composition::testing {
namespace {

const std::string kAda = "ada@example.com";

/// While its first hash is made, something else happens.
class InterruptedHasher final : public ports::PasswordHasher {
 public:
  InterruptedHasher(ports::PasswordHasher& inner, std::function<void()> meanwhile)
      : inner_(inner), meanwhile_(std::move(meanwhile)) {}

  Result<std::string> hash(const Secret<std::string>& password) override {
    if (const auto happens = std::exchange(meanwhile_, nullptr)) happens();
    return inner_.hash(password);
  }
  Result<std::string> hash_like(const Secret<std::string>& password, const std::string& phc) override {
    return inner_.hash_like(password, phc);
  }
  const std::string& decoy() const override { return inner_.decoy(); }
  bool needs_rehash(const std::string& phc) const override { return inner_.needs_rehash(phc); }

 private:
  ports::PasswordHasher& inner_;
  std::function<void()> meanwhile_;
};

struct EnrollTotp : ::testing::Test {
  EnrollTotp() : id(world.add_user(kAda)), session(world.sign_in(kAda)), caller(world.caller(session)) {}

  World::Factor begin() {
    const auto begun = application::begin_totp(world.deps(), caller, world.request);
    EXPECT_EQ(code_of(begun), "ok");
    return {Secret<std::string>(*auth::base32_decode(begun->secret.expose())), {}, {}};
  }
  std::string confirm(const World::Factor& factor, const std::function<void()>& meanwhile = {}) {
    const auto& real = world.deps();
    InterruptedHasher hasher(real.hasher, meanwhile);
    const application::Dependencies deps{real.settings, real.clock,  real.store,         real.session_map, hasher,
                                         real.cipher,   real.signer, real.mail_renderer, real.providers,   real.wake};
    return code_of(application::confirm_totp(deps, caller, Secret<std::string>(world.code(factor)), world.request));
  }
  bool enrolled() {
    return world.read([&](ports::Tx& tx) { return tx.factors().find_totp(id); }).value()->confirmed_at.has_value();
  }

  World world;
  domain::UserId id;
  SignedIn session;
  Caller caller;
};

TEST_F(EnrollTotp, a_secret_that_was_replaced_meanwhile_is_not_confirmed) {
  const auto shown = begin();
  World::Factor planted;
  EXPECT_EQ(confirm(shown, [&] { planted = begin(); }), "invalid_code");
  EXPECT_FALSE(enrolled()) << "nobody has shown a code of the one that is there now";
  EXPECT_TRUE(world.lives(session)) << "nothing was done";
  EXPECT_EQ(confirm(planted), "ok");
}

TEST_F(EnrollTotp, a_secret_that_was_confirmed_meanwhile_is_confirmed_once) {
  const auto factor = begin();
  EXPECT_EQ(confirm(factor, [&] { EXPECT_EQ(confirm(factor), "ok"); }), "already_enrolled");
  EXPECT_TRUE(enrolled());
}

}  // namespace
}  // namespace gatehouse::composition::testing
