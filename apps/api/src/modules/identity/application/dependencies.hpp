#pragma once
// What every use case is given: the ports it may use, and the settings. Made once by composition; all members are
// thread-safe and outlive every use case.
#include <functional>

#include "modules/identity/application/settings.hpp"
#include "modules/identity/ports/clock.hpp"
#include "modules/identity/ports/data_cipher.hpp"
#include "modules/identity/ports/identity_provider.hpp"
#include "modules/identity/ports/mail_renderer.hpp"
#include "modules/identity/ports/password_hasher.hpp"
#include "modules/identity/ports/session_map.hpp"
#include "modules/identity/ports/store.hpp"
#include "modules/identity/ports/token_signer.hpp"

namespace gatehouse::application {

struct Dependencies {
  const Settings& settings;
  const ports::Clock& clock;
  ports::Store& store;
  ports::SessionMap& session_map;
  ports::PasswordHasher& hasher;
  ports::DataCipher& cipher;
  ports::TokenSigner& signer;
  ports::MailRenderer& mail_renderer;
  ports::IdentityProviders& providers;
  /// Called after a commit that left work for the workers and long polls: no poll delays a mail (decision 31).
  std::function<void()> wake = [] {};
};

}  // namespace gatehouse::application
