#include "domain/identity/linking_policy.hpp"

#include <array>

namespace gatehouse::domain {
namespace {

/// A row of the table for somebody who is neither linked nor signed in; an empty cell matches all.
struct Row {
  ProviderAddress address;
  std::optional<LocalAddress> local;
  std::optional<bool> local_has_password;
  std::optional<bool> link_verified;
  LinkVerdict verdict;
};

constexpr std::nullopt_t kAny = std::nullopt;

constexpr std::array kTable = {
    //  the provider's word, local address, local password, link_verified
    Row{ProviderAddress::verified, LocalAddress::none, kAny, kAny, LinkVerdict::create_user},
    Row{ProviderAddress::verified, LocalAddress::unverified, kAny, kAny, LinkVerdict::take_over},
    Row{ProviderAddress::verified, LocalAddress::verified, kAny, true, LinkVerdict::link_by_address},
    Row{ProviderAddress::verified, LocalAddress::verified, kAny, false, LinkVerdict::sign_in_first},
    Row{ProviderAddress::unverified, LocalAddress::none, kAny, kAny, LinkVerdict::address_unverified},
    // A waiting registration at an address is not told to whoever merely claims that address.
    Row{ProviderAddress::unverified, LocalAddress::unverified, kAny, kAny, LinkVerdict::address_unverified},
    Row{ProviderAddress::unverified, LocalAddress::verified, kAny, kAny, LinkVerdict::sign_in_first},
    Row{ProviderAddress::missing, kAny, kAny, kAny, LinkVerdict::address_missing},
};

template <class T>
bool matches(std::optional<T> cell, T value) {
  return !cell || *cell == value;
}

}  // namespace

LinkVerdict decide_link(const LinkFacts& facts) {
  if (facts.signed_in) {
    if (!facts.linked_user) return LinkVerdict::link;
    return *facts.linked_user == *facts.signed_in ? LinkVerdict::already_linked : LinkVerdict::linked_elsewhere;
  }
  if (facts.linked_user) return LinkVerdict::sign_in;
  for (const auto& row : kTable) {
    if (row.address == facts.address && matches(row.local, facts.local) &&
        matches(row.local_has_password, facts.local_has_password) && matches(row.link_verified, facts.link_verified)) {
      return row.verdict;
    }
  }
  return LinkVerdict::address_missing;
}

std::optional<ErrorCode> error_of(LinkVerdict verdict) {
  switch (verdict) {
    case LinkVerdict::sign_in_first:
      return ErrorCode::account_exists;
    case LinkVerdict::linked_elsewhere:
      return ErrorCode::account_linked_elsewhere;
    case LinkVerdict::address_unverified:
      return ErrorCode::provider_email_unverified;
    case LinkVerdict::address_missing:
      return ErrorCode::provider_email_missing;
    default:
      return std::nullopt;
  }
}

Result<> check_unlink(bool has_password, std::size_t others) {
  if (has_password || others > 0) return {};
  return fail(ErrorCode::last_credential);
}

}  // namespace gatehouse::domain
