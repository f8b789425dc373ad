#include "adapters/net/http_client.hpp"

#include <gtest/gtest.h>

#include "adapters/net/tests/stub_server.hpp"

namespace gatehouse::adapters::net {
namespace {

using namespace std::chrono_literals;
using testing::StubRequest;
using testing::StubResponse;
using testing::StubServer;

HttpSettings local() {
  HttpSettings settings;
  settings.allow_http = true;
  settings.allow_private = true;
  settings.timeout = 5s;
  return settings;
}

TEST(HttpClient, sends_method_headers_and_body_and_reads_the_answer) {
  StubServer server([](const StubRequest& request) {
    return StubResponse{201,
                        request.method + " " + request.target + " " + request.headers.at("x-key") + " " + request.body,
                        "Retry-After: 7\r\nX-Two: a\r\n"};
  });
  HttpClient client(local());
  const auto response = client.send({"PUT", server.url() + "/a?b=c", {{"X-Key", "k"}}, std::string("bo\0dy", 5)});
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 201);
  EXPECT_EQ(response->body, std::string("PUT /a?b=c k bo\0dy", 18));
  EXPECT_EQ(response->header("x-two"), "a");
  EXPECT_EQ(response->retry_after(), 7s);
}

TEST(HttpClient, keeps_connections_alive) {
  StubServer server([](const StubRequest&) { return StubResponse{200, "ok"}; });
  HttpClient client(local());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(client.send({"GET", server.url() + "/"}));
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, does_not_follow_redirects) {
  StubServer server([](const StubRequest&) { return StubResponse{302, "", "Location: http://127.0.0.1:1/\r\n"}; });
  HttpClient client(local());
  EXPECT_EQ(client.send({"GET", server.url() + "/"})->status, 302);
}

TEST(HttpClient, refuses_private_addresses_by_what_the_name_resolves_to) {
  StubServer server([](const StubRequest&) { return StubResponse{}; });
  HttpSettings settings = local();
  settings.allow_private = false;
  HttpClient client(settings);
  const auto by_name = client.send({"GET", "http://localhost:" + std::to_string(server.port()) + "/"});
  ASSERT_FALSE(by_name);
  EXPECT_EQ(by_name.error().code, ErrorCode::provider_error);
  EXPECT_NE(by_name.error().cause.find("private address"), std::string::npos);
  EXPECT_FALSE(client.send({"GET", server.url() + "/"}));
  EXPECT_EQ(server.connections(), 0);
}

TEST(HttpClient, refuses_other_schemes_credentials_in_urls_and_line_breaks_in_headers) {
  HttpSettings strict;
  HttpClient https_only(strict);
  for (const char* url : {"http://example.com/", "file:///etc/passwd", "gopher://example.com/", "not a url", ""})
    EXPECT_FALSE(https_only.send({"GET", url})) << url;
  HttpClient client(local());
  EXPECT_FALSE(client.send({"GET", "http://user:secret@127.0.0.1:1/"}));
  const auto injected = client.send({"GET", "http://127.0.0.1:1/", {{"X", "a\r\nY: b"}}});
  EXPECT_NE(injected.error().cause.find("line break"), std::string::npos);
}

TEST(HttpClient, a_slow_server_is_a_timeout_and_a_dead_one_an_error) {
  StubServer server([](const StubRequest&) {
    std::this_thread::sleep_for(700ms);
    return StubResponse{};
  });
  HttpClient client(local());
  const auto slow = client.send({"GET", server.url() + "/", {}, {}, 100ms});
  EXPECT_EQ(slow.error().code, ErrorCode::provider_timeout);
  StubServer hanging_up([](const StubRequest&) { return StubResponse{200, "", "", true}; });
  EXPECT_EQ(client.send({"GET", hanging_up.url() + "/"}).error().code, ErrorCode::provider_error);
}

TEST(HttpClient, an_answer_larger_than_the_cap_is_refused) {
  StubServer server([](const StubRequest& request) {
    return StubResponse{200, std::string(request.target == "/fits" ? 1000 : 1001, 'x')};
  });
  HttpSettings settings = local();
  settings.max_body = 1000;
  HttpClient client(settings);
  EXPECT_TRUE(client.send({"GET", server.url() + "/fits"}));
  const auto large = client.send({"GET", server.url() + "/large"});
  ASSERT_FALSE(large);
  EXPECT_NE(large.error().cause.find("too much"), std::string::npos);
}

TEST(HttpClient, sixteen_threads_share_it) {
  StubServer server([](const StubRequest& request) { return StubResponse{200, request.target}; });
  HttpClient client(local());
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) {
        const std::string target = "/" + std::to_string(t) + "/" + std::to_string(i);
        const auto response = client.send({"GET", server.url() + target});
        EXPECT_TRUE(response && response->body == target);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST(HttpClient, encodes_forms_and_paths) {
  EXPECT_EQ(form_encode({{"a", "b c&d"}, {"e", "ü"}}), "a=b%20c%26d&e=%C3%BC");
  EXPECT_EQ(url_encode("a/b..~_-"), "a%2Fb..~_-");
}

}  // namespace
}  // namespace gatehouse::adapters::net
