#pragma once
// What a provider reports of a mail that it took: into the ledger, and where the address is bad, to the account whose
// address it is, so that support sees it and notices stop (record.hpp). Called by the provider's webhook route.
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/request_info.hpp"
#include "modules/identity/ports/mail_feedback.hpp"

namespace gatehouse::application {

/// A report counts once, by its id; reports may come in any order. One about a mail that is not in the ledger (another
/// program's, or one past its retention) is taken all the same: the provider could do nothing about a refusal.
/// Returns the reader's errors: `forbidden`, `invalid_json`.
Result<> take_mail_report(const Dependencies& deps, const ports::MailFeedbackReader& reader,
                          const ports::MailReport& report, const RequestInfo& request);

}  // namespace gatehouse::application
