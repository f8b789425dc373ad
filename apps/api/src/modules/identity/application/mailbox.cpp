#include "modules/identity/application/mailbox.hpp"

#include "auth/email_address.hpp"

namespace gatehouse::application {
namespace {

std::vector<std::string> links_in(const std::string& text) {
  std::vector<std::string> links;
  for (std::size_t at = text.find("http"); at != std::string::npos; at = text.find("http", at + 4)) {
    const std::size_t end = std::min(text.find_first_of(" \t\r\n<>\"", at), text.size());
    const std::string link = text.substr(at, end - at);
    if (link.starts_with("http://") || link.starts_with("https://")) links.push_back(link);
  }
  return links;
}

std::optional<std::string> token_in(const std::vector<std::string>& links) {
  constexpr std::string_view kMark = "#token=";
  for (const auto& link : links)
    if (const auto at = link.find(kMark); at != std::string::npos) return link.substr(at + kMark.size());
  return std::nullopt;
}

}  // namespace

Result<std::vector<MailboxItem>> list_mailbox(const Dependencies& deps, const std::optional<std::string>& to,
                                              const std::optional<std::string>& after) {
  ports::MailFilter filter;
  if (to) {
    const auto address = auth::parse_email_address(*to);
    filter.to = address ? address->canonical : *to;
  }
  if (after) filter.after_id = domain::MailId(*after);
  GH_TRY(auto page,
         deps.store.read([&](ports::Tx& tx) { return tx.mails().list(filter, {.limit = 200, .after = {}}); }));
  std::vector<MailboxItem> items;
  for (auto& message : page.items) {
    MailboxItem item;
    item.links = links_in(message.text);
    item.token = token_in(item.links);
    item.message = std::move(message);
    items.push_back(std::move(item));
  }
  return items;
}

Result<> clear_mailbox(const Dependencies& deps) {
  return deps.store.write([&](ports::Tx& tx) -> Result<> {
    GH_TRY([[maybe_unused]] const int removed, tx.mails().remove_all());
    return {};
  });
}

}  // namespace gatehouse::application
