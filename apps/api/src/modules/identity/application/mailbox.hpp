#pragma once
// The development mailbox: a view of the mail rows, never process memory (decision 31).
#include <string>
#include <vector>

#include "modules/identity/application/dependencies.hpp"

namespace gatehouse::application {

struct MailboxItem {
  domain::MailMessage message;
  std::vector<std::string> links;    ///< every link of the text part
  std::optional<std::string> token;  ///< of the first link that carries one
};

/// Newest first; only those newer than `after`, and to `to`, where given.
Result<std::vector<MailboxItem>> list_mailbox(const Dependencies& deps, const std::optional<std::string>& to,
                                              const std::optional<std::string>& after);
Result<> clear_mailbox(const Dependencies& deps);

}  // namespace gatehouse::application
