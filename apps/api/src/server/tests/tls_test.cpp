#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include "server/tests/support.hpp"

namespace gatehouse::server::test {
namespace {

namespace asio = boost::asio;

/// A self-signed certificate and its key in a folder of their own.
class Certificate {
 public:
  Certificate() {
    char pattern[] = "/tmp/gatehouse-tls-XXXXXX";
    folder_ = ::mkdtemp(pattern);
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* x509 = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), -60);
    X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    X509_set_pubkey(x509, key);
    X509_sign(x509, key, EVP_sha256());
    FILE* file = std::fopen(cert().c_str(), "w");
    PEM_write_X509(file, x509);
    std::fclose(file);
    file = std::fopen(this->key().c_str(), "w");
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    X509_free(x509);
    EVP_PKEY_free(key);
  }
  ~Certificate() { std::filesystem::remove_all(folder_); }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  std::string cert() const { return folder_ + "/cert.pem"; }
  std::string key() const { return folder_ + "/key.pem"; }

 private:
  std::string folder_;
};

std::string call_tls(std::uint16_t port, const std::string& text, int most_version = 0) {
  asio::io_context io;
  asio::ssl::context context(asio::ssl::context::tls_client);
  if (most_version != 0) {
    SSL_CTX_set_security_level(context.native_handle(), 0);
    SSL_CTX_set_max_proto_version(context.native_handle(), most_version);
  }
  asio::ssl::stream<asio::ip::tcp::socket> stream(io, context);
  stream.next_layer().connect({asio::ip::address_v4::loopback(), port});
  boost::system::error_code ec;
  stream.handshake(asio::ssl::stream_base::client, ec);
  if (ec) return "no handshake";
  asio::write(stream, asio::buffer(text), ec);
  std::string answer;
  asio::read(stream, asio::dynamic_buffer(answer), ec);
  return answer;
}

TEST(Tls, serves_1_2_and_1_3_and_nothing_older) {
  const Certificate certificate;
  ServerOptions options;
  options.tls_cert = certificate.cert();
  options.tls_key = certificate.key();
  auto routes = toy_routes();
  routes.push_back(quick("GET", "/scheme", [](const Request& request) {
    return Response::text(200, "text/plain", request.tls ? "tls" : "plain");
  }));
  const TestServer server(std::move(routes), options);
  EXPECT_TRUE(server.server->url().starts_with("https://"));
  const std::string text = get("/scheme", "Connection: close\r\n");
  EXPECT_TRUE(call_tls(server.port, text).ends_with("\r\n\r\ntls"));
  EXPECT_TRUE(call_tls(server.port, text, TLS1_2_VERSION).ends_with("\r\n\r\ntls"));
  EXPECT_EQ(call_tls(server.port, text, TLS1_1_VERSION), "no handshake");
}

TEST(Tls, refuses_unusable_files_with_the_mend) {
  const Certificate certificate, other;
  IoThreads io(1);
  Lanes lanes({{1, 1, 0}, {1, 1, 0}, {1, 1, 0}});
  observability::Metrics metrics;
  const auto refusal = [&](const std::string& cert, const std::string& key) {
    ServerOptions options;
    options.host = "127.0.0.1";
    options.port = 0;
    options.tls_cert = cert;
    options.tls_key = key;
    Server server(options, Router(toy_routes()), io, lanes, metrics);
    const auto started = server.start();
    return started ? std::string("started") : started.error().detail;
  };
  EXPECT_EQ(refusal(certificate.cert(), certificate.key()), "started");
  EXPECT_NE(refusal("/nothing/here.pem", certificate.key()).find("tls_cert /nothing/here.pem can't be used"),
            std::string::npos);
  EXPECT_NE(refusal(certificate.cert(), "/nothing/here.pem").find("tls_key /nothing/here.pem can't be used"),
            std::string::npos);
  EXPECT_NE(refusal(certificate.cert(), other.key()).find("own key"), std::string::npos);
}

TEST(Tls, a_plain_request_or_a_silent_client_harms_nobody) {
  const Certificate certificate;
  ServerOptions options;
  options.tls_cert = certificate.cert();
  options.tls_key = certificate.key();
  options.limits.read = 200ms;
  const TestServer server(toy_routes(), options);
  auto plain = server.connect(), silent = server.connect();
  plain.send(get("/ping"));
  EXPECT_TRUE(plain.read().status == 0);
  EXPECT_TRUE(silent.is_closed());
  EXPECT_TRUE(eventually([&] { return server.server->connections() == 0; }));
}

}  // namespace
}  // namespace gatehouse::server::test
