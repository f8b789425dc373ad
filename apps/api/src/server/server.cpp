#include "server/server.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <future>

#include <openssl/ssl.h>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>

#include "observability/log.hpp"
#include "server/connection.hpp"
#include "server/edge.hpp"
#include "server/io_threads.hpp"
#include "server/listener.hpp"

namespace gatehouse::server {

namespace asio = boost::asio;

namespace {

// RFC 9325: TLS 1.2 with forward secrecy and AEAD only, and TLS 1.3's own.
constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                    unsigned int in_size, void*) {
  static constexpr unsigned char kHttp11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, kHttp11, sizeof kHttp11, in, in_size) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

Result<std::unique_ptr<asio::ssl::context>> make_tls(const std::string& cert, const std::string& key) {
  auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  const auto refused = [](const std::string& detail) { return fail(ErrorCode::internal_error, detail); };
  boost::system::error_code ec;
  context->use_certificate_chain_file(cert, ec);
  if (ec)
    return refused("tls_cert " + cert + " can't be used: " + ec.message() + ": name a readable PEM file of the chain");
  context->use_private_key_file(key, asio::ssl::context::pem, ec);
  if (ec)
    return refused("tls_key " + key + " can't be used: " + ec.message() +
                   ": name a readable PEM file of the certificate's own key");
  SSL_CTX* raw = context->native_handle();
  if (SSL_CTX_check_private_key(raw) != 1)
    return refused("tls_key " + key + " does not belong to tls_cert " + cert + ": name the certificate's own key");
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(raw, kCiphers);
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);
  return context;
}

// Each connection is a file descriptor; the store, the bus and the logs need some too.
std::size_t affordable_connections(std::size_t wanted) {
  constexpr rlim_t kOthers = 256;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  const rlim_t needed = wanted + kOthers;
  if (limit.rlim_cur < needed) {
    rlimit raised = limit;
    raised.rlim_cur = std::min(needed, limit.rlim_max);
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  if (limit.rlim_cur >= needed) return wanted;
  return limit.rlim_cur > 2 * kOthers ? limit.rlim_cur - kOthers : limit.rlim_cur / 2;
}

}  // namespace

struct Server::Impl {
  Impl(ServerOptions options, Router router, IoThreads& threads, Lanes& lanes, observability::Metrics& metrics,
       ServerHooks hooks)
      : io(threads.impl()),
        edge(std::make_shared<Edge>(std::move(options), std::move(router), lanes, metrics, std::move(hooks))),
        dates(std::make_shared<std::vector<DateCache>>(io.threads.size())) {}

  void take(std::size_t thread, Socket socket);
  void refuse_full(Socket& socket, DateCache& date);
  // Runs on every io thread over its connections, and waits until each has.
  template <class Visit>
  void on_all(Visit visit);

  IoThreads::Impl& io;
  std::shared_ptr<Edge> edge;
  std::shared_ptr<std::vector<DateCache>> dates;
  std::unique_ptr<asio::ssl::context> tls;
  std::unique_ptr<Listener> listener;
  std::size_t most_connections = 0;
  std::uint16_t port = 0;
  std::shared_ptr<std::atomic<bool>> wake_pending = std::make_shared<std::atomic<bool>>(false);
  std::atomic<bool> stopped{false};
};

void Server::Impl::take(std::size_t thread, Socket socket) {
  if (stopped) return;
  auto& date = (*dates)[thread];
  if (edge->connections() >= most_connections) return refuse_full(socket, date);
  start_connection(edge, *io.threads[thread], date, std::move(socket), tls.get(), this);
}

// One write into an empty send buffer: it doesn't block, and what doesn't fit is not owed to anybody.
void Server::Impl::refuse_full(Socket& socket, DateCache& date) {
  boost::system::error_code ec;
  const auto peer = socket.remote_endpoint(ec);
  if (ec || tls) return;
  std::string out;
  edge->finish_refused({ErrorCode::overloaded, "There are too many connections."},
                       IpAddress::parse(peer.address().to_string()).value_or(IpAddress()),
                       date.get(edge->hooks().now, std::chrono::steady_clock::now()), out);
  socket.non_blocking(true, ec);
  socket.write_some(asio::buffer(out), ec);
  socket.shutdown(Socket::shutdown_send, ec);
}

template <class Visit>
void Server::Impl::on_all(Visit visit) {
  std::vector<std::future<void>> done;
  for (auto& thread : io.threads) {
    auto promise = std::make_shared<std::promise<void>>();
    done.push_back(promise->get_future());
    asio::post(thread->context(), [&thread = *thread, visit, promise] {
      thread.for_each(visit);
      promise->set_value();
    });
  }
  for (auto& each : done) each.wait();
}

Server::Server(ServerOptions options, Router router, IoThreads& io, Lanes& lanes, observability::Metrics& metrics,
               ServerHooks hooks)
    : impl_(std::make_shared<Impl>(std::move(options), std::move(router), io, lanes, metrics, std::move(hooks))) {}

Server::~Server() { stop(); }

Result<std::uint16_t> Server::start() {
  Impl& impl = *impl_;
  const ServerOptions& options = impl.edge->options();
  if (!options.tls_cert.empty()) {
    GH_TRY(impl.tls, make_tls(options.tls_cert, options.tls_key));
  }
  impl.listener = std::make_unique<Listener>(impl.io, [weak = std::weak_ptr(impl_)](std::size_t thread, Socket socket) {
    if (const auto alive = weak.lock()) alive->take(thread, std::move(socket));
  });
  GH_TRY(impl.port, impl.listener->bind(options.host, options.port));
  impl.most_connections = affordable_connections(options.limits.connections);
  const auto shortest = std::min({options.limits.idle, options.limits.read, options.limits.write});
  for (auto& thread : impl.io.threads) thread->sweep_at_least_every(shortest / 4);
  impl.listener->accept();
  return impl.port;
}

std::string Server::url() const {
  const std::string& host = impl_->edge->options().host;
  const bool bare_six = host.find(':') != host.npos && !host.starts_with('[');
  return std::string(impl_->tls ? "https://" : "http://") + (bare_six ? "[" + host + "]" : host) + ":" +
         std::to_string(impl_->port);
}

void Server::announce_drain() { impl_->edge->draining = true; }

bool Server::drain(std::chrono::milliseconds deadline) {
  announce_drain();
  if (impl_->listener) impl_->listener->close();
  const void* owner = impl_.get();
  impl_->on_all([owner](Swept& connection) { connection.begin_drain(owner); });
  return impl_->edge->wait_until_empty(deadline);
}

void Server::stop() {
  if (impl_->stopped.exchange(true)) return;
  announce_drain();
  impl_->listener.reset();
  const void* owner = impl_.get();
  // A handler that still runs is waited for: it may use what the owner destroys next.
  do {
    impl_->on_all([owner](Swept& connection) { connection.close_now(owner); });
  } while (!impl_->edge->wait_until_empty(std::chrono::milliseconds(100)));
}

bool Server::draining() const { return impl_->edge->draining; }

std::size_t Server::connections() const { return impl_->edge->connections(); }

// Many wakes while one is under way are one.
void Server::wake_pollers() {
  ++impl_->edge->wakes;
  if (impl_->wake_pending->exchange(true)) return;
  for (auto& thread : impl_->io.threads)
    asio::post(thread->context(), [pending = impl_->wake_pending, &thread = *thread] {
      *pending = false;
      thread.for_each([](Swept& connection) { connection.wake(); });
    });
}

}  // namespace gatehouse::server
