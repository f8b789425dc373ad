#include "domain/identity/linking_policy.hpp"

#include <array>

namespace gatehouse::domain {
namespace {

/// A row of the table for somebody who is neither linked nor signed in; an empty cell matches both.
struct Row {
  std::optional<bool> provider_verified;
  LocalAddress local;
  std::optional<bool> local_has_password;
  std::optional<bool> link_verified;
  LinkVerdict verdict;
};

constexpr std::nullopt_t kAny = std::nullopt;

constexpr std::array kTable = {
    //  provider verified, local address, local password, link_verified
    Row{true, LocalAddress::none, kAny, kAny, LinkVerdict::create_user},
    Row{true, LocalAddress::unverified, kAny, kAny, LinkVerdict::take_over},
    Row{true, LocalAddress::verified, kAny, true, LinkVerdict::link_by_address},
    Row{true, LocalAddress::verified, kAny, false, LinkVerdict::sign_in_first},
    Row{false, LocalAddress::none, kAny, kAny, LinkVerdict::address_unverified},
    // A waiting registration at an address is not told to whoever merely claims that address.
    Row{false, LocalAddress::unverified, kAny, kAny, LinkVerdict::address_unverified},
    Row{false, LocalAddress::verified, kAny, kAny, LinkVerdict::sign_in_first},
};

bool matches(std::optional<bool> cell, bool value) { return !cell || *cell == value; }

}  // namespace

LinkVerdict decide_link(const LinkFacts& facts) {
  if (facts.signed_in) {
    if (!facts.linked_user) return LinkVerdict::link;
    return *facts.linked_user == *facts.signed_in ? LinkVerdict::already_linked : LinkVerdict::linked_elsewhere;
  }
  if (facts.linked_user) return LinkVerdict::sign_in;
  for (const auto& row : kTable) {
    if (row.local == facts.local && matches(row.provider_verified, facts.provider_verified) &&
        matches(row.local_has_password, facts.local_has_password) && matches(row.link_verified, facts.link_verified)) {
      return row.verdict;
    }
  }
  return LinkVerdict::address_unverified;
}

std::optional<ErrorCode> error_of(LinkVerdict verdict) {
  switch (verdict) {
    case LinkVerdict::sign_in_first:
      return ErrorCode::account_exists;
    case LinkVerdict::linked_elsewhere:
      return ErrorCode::account_linked_elsewhere;
    case LinkVerdict::address_unverified:
      return ErrorCode::provider_email_unverified;
    default:
      return std::nullopt;
  }
}

Result<> check_unlink(bool has_password, std::size_t linked_accounts) {
  if (has_password || linked_accounts > 1) return {};
  return fail(ErrorCode::last_credential);
}

}  // namespace gatehouse::domain
