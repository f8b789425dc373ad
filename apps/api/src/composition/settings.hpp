#pragma once
// From the configuration to what the use cases, the mails and the throttle need of it. Pure.
#include "adapters/mail/brand.hpp"
#include "config/config.hpp"
#include "modules/identity/application/settings.hpp"

namespace gatehouse::composition {

/// Returns `invalid_request` where roles don't fit together, which config::load has ruled out before.
Result<application::Settings> make_settings(const config::Config& config);
adapters::mail::BrandSettings make_brand(const config::Config& config);

}  // namespace gatehouse::composition
