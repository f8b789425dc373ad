#pragma once
// What `gatehouse doctor` finds of a sign-in provider by asking it: metadata, keys, whether our credentials and the
// callback URL are taken, and how far its clock is from ours. Nothing is signed in.
#include <string>
#include <vector>

#include "adapters/oauth/provider.hpp"

namespace gatehouse::adapters::oauth {

struct Observation {
  std::string what;
  bool ok = true;
  std::string detail;
  std::string mend;
};

/// `callback_url` is the one to register, `{public_url}/v1/oauth/NAME/callback`.
std::vector<Observation> examine(Provider& provider, const std::string& callback_url, Timestamp now);

}  // namespace gatehouse::adapters::oauth
