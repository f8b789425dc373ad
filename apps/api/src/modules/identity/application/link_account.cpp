#include "modules/identity/application/link_account.hpp"

#include "domain/identity/profile_policy.hpp"
#include "domain/identity/topics.hpp"

namespace gatehouse::application {
namespace {

boost::json::object account_data(const domain::Account& account) {
  return {{"user_id", account.user_id.str()}, {"provider", account.provider}, {"account_id", account.id.str()}};
}

boost::json::object account_details(const domain::Account& account) {
  return {{"provider", account.provider}, {"account_id", account.id.str()}};
}

}  // namespace

Result<domain::Account> add_account(ports::Tx& tx, Record& record, const ProviderArrival& arrival,
                                    const domain::User& user, const By& by, Timestamp now) {
  const auto& identity = arrival.identity;
  domain::Account account;
  account.id = domain::AccountId(new_id(now));
  account.user_id = user.id;
  account.provider = arrival.provider.name;
  account.issuer = identity.issuer;
  account.subject = identity.subject;
  account.email = identity.email;
  account.email_verified = identity.email_verified;
  if (identity.name && domain::check_name(*identity.name)) account.name = identity.name;
  account.sealed_tokens = arrival.sealed_tokens;
  account.created_at = now;
  account.last_used_at = now;
  GH_CHECK(tx.accounts().add(account));
  boost::json::object personal;
  if (account.email) personal["email"] = *account.email;
  GH_CHECK(record.audit(by, domain::audit_actions::kAccountLinked, user.id,
                        {.details = account_details(account), .personal = std::move(personal)}));
  GH_CHECK(record.event(domain::topics::kAccountLinked, user.id, account_data(account)));
  return account;
}

Result<> note_account_use(ports::Tx& tx, domain::Account account, const ProviderArrival& arrival, Timestamp now) {
  account.email = arrival.identity.email;
  account.email_verified = arrival.identity.email_verified;
  account.sealed_tokens = arrival.sealed_tokens;
  account.last_used_at = now;
  return tx.accounts().note_use(account);
}

Result<bool> remove_account(ports::Tx& tx, Record& record, const domain::Account& account, const By& by) {
  GH_TRY(const bool removed, tx.accounts().remove(account.user_id, account.id));
  if (!removed) return false;
  GH_CHECK(record.audit(by, domain::audit_actions::kAccountUnlinked, account.user_id,
                        {.details = account_details(account)}));
  GH_CHECK(record.event(domain::topics::kAccountUnlinked, account.user_id, account_data(account)));
  return true;
}

std::string provider_title(const Dependencies& deps, const std::string& name) {
  const auto* provider = deps.providers.find(name);
  return provider == nullptr ? name : provider->facts().title;
}

}  // namespace gatehouse::application
