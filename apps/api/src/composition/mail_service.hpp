#pragma once
// The configured mail provider.
#include <memory>

#include "config/config.hpp"
#include "modules/identity/ports/mail_feedback.hpp"
#include "modules/identity/ports/mail_provider.hpp"

namespace gatehouse::composition {

/// The mailbox where nothing else is configured, which production refuses. Returns `invalid_request` for a sender
/// address that is none.
Result<std::unique_ptr<ports::MailProvider>> make_mail_provider(const config::Config& config);

/// Nothing where the provider sends no reports, or no secret is set to know them by.
std::unique_ptr<ports::MailFeedbackReader> make_mail_feedback_reader(const config::MailConfig& config);

}  // namespace gatehouse::composition
