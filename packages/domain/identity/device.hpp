#pragma once
// Device: a browser or app that finished a sign-in to one account before (table `devices`). It proves that by its
// device token, kept as SHA-256. Known devices have their own throttle budget and make a sign-in less suspicious; they
// are never a factor.
#include <string>

#include "domain/identity/ids.hpp"
#include "foundation/time.hpp"

namespace gatehouse::domain {

struct Device {
  DeviceId id;
  UserId user_id;
  std::string token_hash;  ///< 32 bytes: SHA-256 of the whole `gthd_…`
  std::string name;        ///< for people, e.g. "Safari on iPhone"
  std::string user_agent;
  std::string network;  ///< network_key of its last sign-in
  Timestamp created_at;
  Timestamp last_seen_at;
  Timestamp expires_at;
};

}  // namespace gatehouse::domain
