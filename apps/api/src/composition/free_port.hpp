#pragma once
// A free port of the loopback interface, for `--listen localhost:0`: the port must be known before anything is built,
// since links, issuer and error types carry it.
#include <cstdint>

#include "foundation/result.hpp"

namespace gatehouse::composition {

/// Free at the moment it is returned; somebody may take it before it is listened on, which is then said.
Result<std::uint16_t> find_free_port();

}  // namespace gatehouse::composition
