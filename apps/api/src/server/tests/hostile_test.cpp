// What a hostile or broken client sends: security.md's T56 (smuggling) and T57 (exhaustion), over raw sockets.
#include <gtest/gtest.h>

#include <fcntl.h>

#include "server/tests/support.hpp"

namespace gatehouse::server::test {
namespace {

ServerOptions impatient() {
  ServerOptions options;
  options.limits.idle = 250ms;
  options.limits.read = 250ms;
  options.limits.write = 250ms;
  return options;
}

std::size_t open_files() {
  std::size_t count = 0;
  for (int fd = 0; fd < 4096; ++fd)
    if (::fcntl(fd, F_GETFD) != -1) ++count;
  return count;
}

TEST(Smuggling, a_refused_message_ends_the_connection_and_what_follows_is_never_answered) {
  std::atomic<int> canaries{0};
  auto routes = toy_routes();
  routes.push_back(quick("GET", "/canary", [&canaries](const Request&) {
    ++canaries;
    return Response::no_content();
  }));
  const TestServer server(std::move(routes));
  const std::string canary = get("/canary");
  const auto echo = [](std::string_view fields, std::string_view body, std::string_view version = "1.1") {
    return "POST /echo HTTP/" + std::string(version) + "\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
           std::string(fields) + "\r\n" + std::string(body);
  };
  const std::string attacks[] = {
      echo("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
      echo("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "0\r\n\r\n"),
      echo("Transfer-Encoding: chunked\r\n", "0\r\n\r\n", "1.0"),
      echo("Transfer-Encoding: \x0b"
           "chunked\r\n",
           "0\r\n\r\n"),
      echo("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
      echo("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"),
      echo("Content-Length: 0\r\nContent-Length: 44\r\n", ""),
      echo("Content-Length: 2\r\nContent-Length: 2\r\n", "{}"),
      echo("Content-Length: 2,2\r\n", "{}"),
      echo("Content-Length: +2\r\n", "{}"),
      echo("Content-Length : 2\r\n", "{}"),
      echo("X: y\r\n Content-Length: 2\r\n", "{}"),
      echo("X: y\nContent-Length: 2\r\n", "{}"),
      echo("X: y\rContent-Length: 2\r\n", "{}"),
      echo("Transfer-Encoding: chunked\r\n", "2\r\n{}X\r\n0\r\n\r\n"),
      echo("Transfer-Encoding: chunked\r\n", "2\n{}\r\n0\r\n\r\n"),
      echo("Transfer-Encoding: chunked\r\n", "2;\n{}\r\n0\r\n\r\n"),
      echo("Transfer-Encoding: chunked\r\n", "0x2\r\n{}\r\n0\r\n\r\n"),
      echo("Transfer-Encoding: chunked\r\n", "-2\r\n{}\r\n0\r\n\r\n"),
      echo("Transfer-Encoding: chunked\r\n", "zz\r\n{}\r\n0\r\n\r\n"),
      echo("Transfer-Encoding: chunked\r\n", "0\r\nContent-Length: 44\r\n\r\n"),
      echo("Transfer-Encoding: chunked\r\n", "0\r\nTransfer-Encoding: chunked\r\n\r\n"),
      echo("Host: other\r\nContent-Length: 0\r\n", ""),
      "POST /echo HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
      "POST http://other/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
      "POST /echo\r\n\r\n",
      "GET /ping HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n",
  };
  for (const auto& attack : attacks) {
    auto client = server.connect();
    client.send(attack + canary);
    const auto answer = client.read();
    EXPECT_EQ(answer.status, 400) << attack;
    EXPECT_EQ(answer.header("Connection"), "close") << attack;
    EXPECT_EQ(answer.header("Content-Type"), "application/problem+json") << attack;
    EXPECT_TRUE(client.is_closed()) << attack;
  }
  EXPECT_EQ(canaries, 0);
  EXPECT_EQ(server.call(canary).status, 204);
}

TEST(Smuggling, an_unknown_coding_or_version_ends_the_connection) {
  const TestServer server(toy_routes());
  auto client = server.connect();
  client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n" + get("/ping"));
  EXPECT_EQ(client.read().status, 501);
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(server.call("GET /ping HTTP/3.0\r\nHost: localhost\r\n\r\n").status, 505);
}

TEST(Exhaustion, refuses_heads_targets_and_bodies_that_are_too_large) {
  const TestServer server(toy_routes());
  std::string many;
  for (int i = 0; i < 10000; ++i) many += "X-" + std::to_string(i) + ": 1\r\n";
  EXPECT_EQ(server.call(get("/ping", many)).status, 431);
  EXPECT_EQ(server.call(get("/ping", "X: " + std::string(1 << 20, 'x') + "\r\n")).status, 431);
  EXPECT_EQ(server.call(get("/" + std::string(64 * 1024, 'x'))).status, 414);
  EXPECT_EQ(server.call(get("/ping?" + std::string(9000, 'x'))).status, 414);
  const auto large = server.call(post("/echo", std::string(10 << 20, 'x')));
  EXPECT_EQ(large.status, 413);
  EXPECT_EQ(large.code(), "body_too_large");
  std::string chunked =
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 20; ++i) chunked += "1000\r\n" + std::string(4096, 'x') + "\r\n";
  EXPECT_EQ(server.call(chunked).status, 413);
  EXPECT_EQ(server.call(get("/ping")).status, 200);
}

TEST(Exhaustion, ends_a_head_that_trickles) {
  const TestServer server(toy_routes(), impatient());
  auto client = server.connect();
  const std::string head = get("/ping");
  std::atomic<bool> stop{false};
  std::thread trickle([&] {
    for (std::size_t i = 0; i < head.size() - 2 && !stop; ++i) {
      client.send(head.substr(i, 1));
      std::this_thread::sleep_for(30ms);
    }
  });
  const auto begin = std::chrono::steady_clock::now();
  const auto answer = client.read();
  EXPECT_EQ(answer.status, 408);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
  stop = true;
  trickle.join();
  EXPECT_TRUE(client.is_closed(3000ms));
}

TEST(Exhaustion, ends_a_body_that_trickles) {
  const TestServer server(toy_routes(), impatient());
  auto client = server.connect();
  const std::string whole = post("/echo", std::string(50, 'x'));
  client.send(whole.substr(0, whole.size() - 1));
  EXPECT_EQ(client.read().status, 408);
  EXPECT_TRUE(client.is_closed(3000ms));
}

TEST(Exhaustion, closes_silent_connections_and_serves_others_meanwhile) {
  const TestServer server(toy_routes(), impatient());
  const auto before = open_files();
  std::vector<Client> silent;
  for (int i = 0; i < 400; ++i) silent.push_back(server.connect());
  auto healthy = server.connect();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(healthy.call(get("/ping")).status, 200);
  EXPECT_TRUE(silent.front().is_closed());
  EXPECT_TRUE(silent.back().is_closed());
  healthy.close();
  silent.clear();
  EXPECT_TRUE(eventually([&] { return server.server->connections() == 0; }));
  EXPECT_LE(open_files(), before);
}

TEST(Exhaustion, drops_a_client_that_never_reads) {
  auto routes = toy_routes();
  const auto large = std::make_shared<const std::string>(std::string(24 * 1024, 'x'));
  routes.push_back(quick("GET", "/large", [large](const Request&) { return Response::shared_json(200, large); }));
  ServerOptions options = impatient();
  options.limits.idle = 5s;
  const TestServer server(std::move(routes), options);
  Client greedy(server.port, 4096);
  std::string all;
  for (int i = 0; i < 1000; ++i) all += get("/large");
  greedy.send(all);
  EXPECT_TRUE(eventually([&] { return server.server->connections() == 1; }));
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (server.server->connections() > 0 && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(10ms);
  EXPECT_EQ(server.server->connections(), 0u);
}

TEST(Exhaustion, answers_503_beyond_the_connection_cap) {
  ServerOptions options;
  options.limits.connections = 2;
  const TestServer server(toy_routes(), options);
  auto first = server.connect(), second = server.connect();
  EXPECT_EQ(first.call(get("/ping")).status, 200);
  EXPECT_EQ(second.call(get("/ping")).status, 200);
  auto third = server.connect();
  EXPECT_EQ(third.read().status, 503);
  first.close();
  EXPECT_TRUE(eventually([&] { return server.server->connections() == 1; }));
  EXPECT_EQ(server.call(get("/ping")).status, 200);
}

TEST(Exhaustion, odd_values_are_the_callers_error_and_never_ours) {
  const TestServer server(toy_routes());
  for (const auto* target : {"/items/%", "/items/%ZZ", "/items/%ED%A0%80", "/items/%00", "/items/%FF", "/%"}) {
    const auto answer = server.call(get(target));
    EXPECT_GE(answer.status, 400) << target;
    EXPECT_LT(answer.status, 500) << target;
  }
  const std::string value(12000, '%');
  for (const auto* name : {"Origin", "Cookie", "Authorization", "User-Agent", "traceparent", "X-Request-Id", "Accept"})
    EXPECT_EQ(server.call(get("/ping", std::string(name) + ": " + value + "\r\n")).status, 200) << name;
}

}  // namespace
}  // namespace gatehouse::server::test
