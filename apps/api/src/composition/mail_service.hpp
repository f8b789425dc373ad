#pragma once
// The configured mail provider.
#include <memory>

#include "config/config.hpp"
#include "modules/identity/ports/mail_provider.hpp"

namespace gatehouse::composition {

/// The mailbox where nothing else is configured, which production refuses. Returns `invalid_request` for a sender
/// address that is none.
Result<std::unique_ptr<ports::MailProvider>> make_mail_provider(const config::Config& config);

}  // namespace gatehouse::composition
