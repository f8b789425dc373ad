#include "composition/listener.hpp"

#include "server/same_origin.hpp"

namespace gatehouse::composition {

HostPort split_listen(const std::string& listen) {
  const auto colon = listen.rfind(':');
  std::string host = listen.substr(0, colon);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  return {host, static_cast<std::uint16_t>(std::stoi(listen.substr(colon + 1)))};
}

server::ServerOptions server_options(const config::Config& config, const std::string& listen) {
  server::ServerOptions to;
  const auto at = split_listen(listen);
  to.host = at.host;
  to.port = at.port;
  for (const auto& text : config.server.trusted_proxies)
    if (const auto cidr = server::Cidr::parse(text)) to.trusted_proxies.push_back(*cidr);
  to.tls_cert = config.server.tls_cert;
  to.tls_key = config.server.tls_key;
  to.limits.connections = config.server.max_connections;
  to.limits.idle = std::chrono::duration_cast<std::chrono::milliseconds>(config.server.idle_timeout);
  to.limits.read = std::chrono::duration_cast<std::chrono::milliseconds>(config.server.read_timeout);
  to.limits.write = std::chrono::duration_cast<std::chrono::milliseconds>(config.server.write_timeout);
  to.problem_type_base = config.server.public_url + "/v1/errors/";
  to.public_origin = server::origin_of(config.server.public_url).value_or("");
  to.hsts = config.server.public_url.starts_with("https://");
  to.dev = config.development();
  return to;
}

}  // namespace gatehouse::composition
