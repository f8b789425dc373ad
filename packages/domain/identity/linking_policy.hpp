#pragma once
// Linking policy: what a provider's word about a person leads to, as one table. Identity is (issuer, subject); an
// address alone never opens an account that its owner confirmed, unless both sides are verified and the operator chose
// `oauth.link_verified`. The signed-in case is decided only by the exchange within the session that began it. Pure.
#include <cstddef>
#include <optional>

#include "domain/identity/ids.hpp"
#include "foundation/result.hpp"

namespace gatehouse::domain {

/// What the provider says of the person's address: `verified` only in so many words (presets map their quirks), and
/// `missing` also where what it gave is no address.
enum class ProviderAddress { missing, unverified, verified };

/// What the store knows of an account with the provider's address.
enum class LocalAddress { none, unverified, verified };

struct LinkFacts {
  std::optional<UserId> linked_user;  ///< who is linked with this (issuer, subject) already
  std::optional<UserId> signed_in;    ///< intent `link`: the user of the session that began and finishes the flow
  ProviderAddress address = ProviderAddress::missing;
  LocalAddress local = LocalAddress::none;
  bool local_has_password = false;
  bool link_verified = false;  ///< `[oauth] link_verified`
};

/// sign_in: as the linked user. link: to the signed-in user. already_linked: nothing to do. link_by_address: to the
/// account with that address, then sign in. create_user: a new one with a confirmed address. take_over: the true owner
/// arrived; the account keeps its id, and of the earlier registrant nothing survives: password, sessions, factors,
/// devices, links and pending tokens end before the link is made. The rest are refusals.
enum class LinkVerdict {
  sign_in,
  link,
  already_linked,
  link_by_address,
  create_user,
  take_over,
  sign_in_first,
  linked_elsewhere,
  address_unverified,
  address_missing
};

LinkVerdict decide_link(const LinkFacts& facts);

/// The error that a refusal is answered with: `account_exists`, `account_linked_elsewhere`,
/// `provider_email_unverified`, `provider_email_missing`; none for the others.
std::optional<ErrorCode> error_of(LinkVerdict verdict);

/// Whether a linked account may go, `others` of a provider that can still be used remaining. Returns `last_credential`
/// when no way to sign in would remain.
Result<> check_unlink(bool has_password, std::size_t others);

}  // namespace gatehouse::domain
