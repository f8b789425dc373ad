#pragma once
// How a listener of the configuration becomes the edge's: `serve` has a main one and perhaps one for operations,
// `worker` at most the latter.
#include <cstdint>
#include <string>

#include "config/config.hpp"
#include "server/server.hpp"

namespace gatehouse::composition {

struct HostPort {
  std::string host;
  std::uint16_t port = 0;
};

/// "localhost:8080", "0.0.0.0:80", "[::1]:8080"; config::load has checked the form.
HostPort split_listen(const std::string& listen);

server::ServerOptions server_options(const config::Config& config, const std::string& listen);

}  // namespace gatehouse::composition
