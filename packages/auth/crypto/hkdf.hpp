#pragma once
// HKDF with SHA-256 (RFC 5869): separate keys for separate purposes out of one master key. Safe on any thread.
#include <cstddef>
#include <string>
#include <string_view>

#include "foundation/secret.hpp"

namespace gatehouse::auth {

/// `size` bytes (at most 8160) derived from the key for the purpose `info`; another purpose gives unrelated bytes.
Secret<std::string> hkdf_sha256(std::string_view key, std::string_view salt, std::string_view info,
                                std::size_t size = 32);

}  // namespace gatehouse::auth
