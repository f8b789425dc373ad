#pragma once
// The sign-in providers of `[oauth.providers.NAME]`.
#include <memory>
#include <string>

#include "adapters/oauth/providers.hpp"
#include "config/config.hpp"
#include "modules/identity/ports/clock.hpp"

namespace gatehouse::composition {

/// Errors carry one line for the operator in `detail`.
Result<std::unique_ptr<adapters::oauth::Providers>> make_identity_providers(const config::Config& config,
                                                                            const ports::Clock& clock);

}  // namespace gatehouse::composition
