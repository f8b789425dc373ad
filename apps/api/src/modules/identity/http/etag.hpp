#pragma once
// ETag and If-Match (RFC 9110 sections 8.8.3 and 13.1.1) for single things that carry a version.
#include <cstdint>

#include "modules/identity/application/expected_version.hpp"
#include "server/request.hpp"

namespace gatehouse::http {

/// `"7"`: a strong tag, since a version stands for one representation's data.
std::string etag_of(std::int64_t version);

/// The versions that If-Match allows; any where it was not sent or is `*`. Returns `invalid_request` for what is no
/// list of tags. A weak or foreign tag allows nothing, as the RFC has it.
Result<application::ExpectedVersion> if_match(const server::Request& request);

}  // namespace gatehouse::http
