#include <gtest/gtest.h>

#include <mutex>
#include <stdexcept>
#include <thread>

#include "observability/log.hpp"
#include "server/tests/support.hpp"

namespace gatehouse::server::test {
namespace {

TEST(Edge, answers_on_a_connection_that_stays_open) {
  const TestServer server(toy_routes());
  auto client = server.connect();
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.call(get("/ping"));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, R"({"pong":true})");
  }
  EXPECT_EQ(client.call(get("/items/abc")).json().at("id").as_string(), "abc");
}

TEST(Edge, answers_pipelined_requests_in_order_across_lanes) {
  const TestServer server(toy_routes());
  auto client = server.connect();
  std::string all;
  for (int i = 0; i < 1000; ++i) all += i % 3 == 0 ? get("/items/" + std::to_string(i)) : get("/ping");
  std::thread sender([&] { client.send(all); });
  for (int i = 0; i < 1000; ++i) {
    const auto answer = client.read();
    ASSERT_EQ(answer.status, 200) << i;
    if (i % 3 == 0) {
      ASSERT_EQ(answer.json().at("id").as_string(), std::to_string(i));
    }
  }
  sender.join();
}

TEST(Edge, sends_security_headers_on_every_answer) {
  ServerOptions options;
  options.hsts = true;
  const TestServer server(toy_routes(), options);
  for (const auto* target : {"/ping", "/nothing"}) {
    const auto answer = server.call(get(target));
    EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(answer.header("Referrer-Policy"), "no-referrer");
    EXPECT_EQ(answer.header("Cache-Control"), "no-store");
    EXPECT_EQ(answer.header("Content-Security-Policy"), "default-src 'none'; frame-ancestors 'none'");
    EXPECT_TRUE(answer.header("Strict-Transport-Security").has_value());
    EXPECT_EQ(answer.header("Date"), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(answer.header("X-Request-Id")->size(), 26u);
  }
  const TestServer plain(toy_routes());
  EXPECT_FALSE(plain.call(get("/ping")).header("Strict-Transport-Security").has_value());
}

TEST(Edge, answers_problems_with_the_request_id) {
  ServerOptions options;
  options.problem_type_base = "https://id.example/v1/errors/";
  const TestServer server(toy_routes(), options);
  const auto answer = server.call(get("/nothing"));
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
  const auto problem = answer.json();
  EXPECT_EQ(problem.at("type").as_string(), "https://id.example/v1/errors/not_found");
  EXPECT_EQ(problem.at("status").as_int64(), 404);
  EXPECT_EQ(problem.at("code").as_string(), "not_found");
  EXPECT_EQ(problem.at("request_id").as_string(), *answer.header("X-Request-Id"));
}

TEST(Edge, refuses_methods_by_name) {
  const TestServer server(toy_routes());
  const auto wrong = server.call(post("/ping", "{}"));
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.header("Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(server.call("TRACE /ping HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 405);
  EXPECT_EQ(server.call("BREW /ping HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 501);
  EXPECT_EQ(server.call("CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 501);
  EXPECT_EQ(server.call("get /ping HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 501);
  EXPECT_EQ(server.call("GET /echo HTTP/1.1\r\nHost: localhost\r\nX-HTTP-Method-Override: POST\r\n\r\n").status, 405);
}

TEST(Edge, answers_head_like_get_without_the_body) {
  const TestServer server(toy_routes());
  auto client = server.connect();
  const auto head = client.call("HEAD /ping HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("Content-Length"), "13");
  EXPECT_EQ(client.call(get("/ping")).body, R"({"pong":true})");
  EXPECT_EQ(server.call("HEAD /echo HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 405);
}

TEST(Edge, wants_the_media_type_of_the_route) {
  const TestServer server(toy_routes());
  for (const auto* type : {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "",
                           "application/jsonx", "application/json, text/plain"}) {
    const auto answer = server.call(post("/echo", "{}", "", type));
    EXPECT_EQ(answer.status, 415) << type;
  }
  EXPECT_EQ(server.call(post("/echo", "{}", "Content-Encoding: gzip\r\n")).status, 415);
  EXPECT_EQ(server.call(post("/echo", "{}", "Content-Type: text/plain\r\n")).status, 415);
  EXPECT_EQ(server.call(post("/echo", "{}", "", "Application/JSON; charset=utf-8")).status, 200);
  EXPECT_EQ(server.call("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n").status, 200);
  EXPECT_EQ(server.call("GET /ping HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}").status, 400);
}

TEST(Edge, reads_bodies_by_length_and_by_chunks) {
  const TestServer server(toy_routes());
  auto client = server.connect();
  EXPECT_EQ(client.call(post("/echo", R"({"a":1})")).body, R"({"a":1})");
  const auto chunked = client.call(
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\n{\"a\r\n4\r\n\":2}\r\n0\r\n\r\n");
  EXPECT_EQ(chunked.body, R"({"a":2})");
  const std::string large = "\"" + std::string(60000, 'x') + "\"";
  EXPECT_EQ(client.call(post("/echo", large)).body, large);
  EXPECT_EQ(client.call(get("/ping")).status, 200);
}

TEST(Edge, keeps_the_connection_when_an_unwanted_body_was_read) {
  const TestServer server(toy_routes());
  auto client = server.connect();
  EXPECT_EQ(client.call(post("/nothing", "{}")).status, 404);
  EXPECT_EQ(client.call(get("/ping")).status, 200);
}

TEST(Edge, gives_leave_to_send_a_body_and_refuses_one_unseen) {
  const TestServer server(toy_routes());
  auto client = server.connect();
  const std::string head =
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Expect: 100-continue\r\nContent-Length: ";
  client.send(head + "2\r\n\r\n");
  EXPECT_EQ(client.read().status, 100);
  EXPECT_EQ(client.call("{}").body, "{}");
  EXPECT_EQ(client.call(head + "9999999\r\n\r\n").status, 413);
  EXPECT_TRUE(client.is_closed());
}

TEST(Edge, continues_the_callers_trace) {
  std::string seen;
  auto routes = toy_routes();
  routes.push_back(quick("GET", "/trace", [&seen](const Request& request) {
    seen = request.traceparent;
    return Response::no_content();
  }));
  const TestServer server(std::move(routes));
  const auto answer =
      server.call(get("/trace", "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n"));
  EXPECT_EQ(answer.status, 204);
  EXPECT_FALSE(answer.header("Content-Length").has_value());
  EXPECT_EQ(seen.substr(0, 36), "00-4bf92f3577b34da6a3ce929d0e0e4736-");
  EXPECT_NE(seen.substr(36, 16), "00f067aa0ba902b7");
}

TEST(Edge, hides_what_a_handler_throws) {
  auto routes = toy_routes();
  routes.push_back(
      laned("GET", "/throws", [](const Request&) -> Response { throw std::runtime_error("secret cause"); }));
  routes.push_back(quick("GET", "/throws-fast",
                         [](const Request&) -> std::optional<Response> { throw std::runtime_error("secret cause"); }));
  const TestServer server(std::move(routes));
  auto client = server.connect();
  for (const auto* target : {"/throws", "/throws-fast"}) {
    const auto answer = client.call(get(target));
    EXPECT_EQ(answer.status, 500);
    EXPECT_EQ(answer.code(), "internal_error");
    EXPECT_EQ(answer.body.find("secret"), std::string::npos);
  }
  EXPECT_EQ(client.call(get("/ping")).status, 200);
}

TEST(Edge, never_lets_a_handlers_header_split_the_answer) {
  auto routes = toy_routes();
  routes.push_back(
      quick("GET", "/split", [](const Request&) { return Response::redirect_303("https://a/\r\nSet-Cookie: x=y"); }));
  const TestServer server(std::move(routes));
  const auto answer = server.call(get("/split"));
  EXPECT_EQ(answer.status, 500);
  EXPECT_FALSE(answer.header("Set-Cookie").has_value());
}

TEST(Edge, an_answer_may_come_later_from_another_thread_or_from_the_lane_after_all) {
  std::vector<std::thread> others;
  Route route = laned("GET", "/later", [](const Request&) { return Response::text(200, "text/plain", "laned"); });
  route.later = [&](const Request& request, LaterAnswer answer) {
    if (request.query == "never") return false;
    if (request.query == "throws") throw std::runtime_error("not begun");
    others.emplace_back([answer = std::move(answer), query = request.query] {
      answer(query == "none" ? std::nullopt : std::optional(Response::text(200, "text/plain", "later")));
    });
    return true;
  };
  TestServer server({route});
  EXPECT_EQ(server.call(get("/later")).body, "later");
  for (const auto* query : {"none", "never", "throws"})
    EXPECT_EQ(server.call(get(std::string("/later?") + query)).body, "laned") << query;
  for (auto& other : others) other.join();
}

TEST(Edge, falls_through_from_the_fast_handler_to_the_lane) {
  Route route = laned("GET", "/maybe", [](const Request&) { return Response::text(200, "text/plain", "lane"); });
  route.fast = [](const Request& request) -> std::optional<Response> {
    if (request.query == "fast") return Response::text(200, "text/plain", "fast");
    return std::nullopt;
  };
  const TestServer server({route});
  EXPECT_EQ(server.call(get("/maybe?fast")).body, "fast");
  EXPECT_EQ(server.call(get("/maybe")).body, "lane");
}

TEST(Edge, answers_cors_by_the_origin) {
  ServerHooks hooks;
  hooks.allows_origin = [](std::string_view origin) { return origin == "https://app.example"; };
  auto routes = toy_routes();
  Route open = quick("GET", "/open", [](const Request&) { return Response::no_content(); });
  open.cors = Cors::any;
  open.cache_control = "public, max-age=300";
  routes.push_back(open);
  const TestServer server(std::move(routes), {}, hooks);
  const auto allowed = server.call(get("/ping", "Origin: https://app.example\r\n"));
  EXPECT_EQ(allowed.header("Access-Control-Allow-Origin"), "https://app.example");
  EXPECT_EQ(allowed.header("Access-Control-Allow-Credentials"), "true");
  EXPECT_EQ(allowed.header("Vary"), "Origin");
  for (const auto* origin : {"https://evil.example", "https://app.example.evil", "null", "https://app.example:8443"}) {
    const auto refused = server.call(get("/ping", "Origin: " + std::string(origin) + "\r\n"));
    EXPECT_FALSE(refused.header("Access-Control-Allow-Origin").has_value()) << origin;
  }
  const auto any = server.call(get("/open", "Origin: https://evil.example\r\n"));
  EXPECT_EQ(any.header("Access-Control-Allow-Origin"), "*");
  EXPECT_FALSE(any.header("Access-Control-Allow-Credentials").has_value());
  EXPECT_EQ(any.header("Cache-Control"), "public, max-age=300");
  const auto preflight = server.call(
      "OPTIONS /echo HTTP/1.1\r\nHost: localhost\r\nOrigin: https://app.example\r\nAccess-Control-Request-Method: "
      "POST\r\n\r\n");
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(preflight.header("Access-Control-Allow-Methods"), "POST, OPTIONS");
  EXPECT_EQ(preflight.header("Access-Control-Allow-Origin"), "https://app.example");
  const auto foreign = server.call(
      "OPTIONS /echo HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\nAccess-Control-Request-Method: "
      "POST\r\n\r\n");
  EXPECT_FALSE(foreign.header("Access-Control-Allow-Methods").has_value());
  EXPECT_FALSE(foreign.header("Access-Control-Allow-Origin").has_value());
}

TEST(Edge, counts_requests_by_route) {
  TestServer server(toy_routes());
  server.call(get("/items/1"));
  server.call(get("/items/2"));
  server.call(get("/nothing"));
  const auto text = server.metrics.expose();
  EXPECT_NE(text.find(R"(gatehouse_http_requests_total{method="GET",route="/items/{id}",status="2xx"} 2)"), text.npos);
  EXPECT_NE(text.find(R"(gatehouse_http_requests_total{method="other",route="none",status="4xx"} 1)"), text.npos);
}

TEST(Edge, logs_the_template_and_never_what_the_client_sent) {
  std::mutex mutex;
  std::vector<std::string> lines;
  observability::configure_logging({observability::Level::debug, [&](std::string_view line) {
                                      const std::lock_guard lock(mutex);
                                      lines.emplace_back(line);
                                    }});
  {
    auto routes = toy_routes();
    routes.push_back(laned("GET", "/fails", [](const Request&) {
      Error error;
      error.code = ErrorCode::dependency_unavailable;
      error.cause = "disk\r\n{\"event\":\"forged\"}\x1b[31m";
      return Response::problem(std::move(error));
    }));
    const TestServer server(std::move(routes));
    const std::string agent = "User-Agent: hunter2-" + std::string(8000, 'a') + "\r\nAuthorization: Bearer hunter2\r\n";
    server.call(get("/items/hunter2?token=hunter2", agent));
    server.call(get("/hunter2?token=hunter2", agent));
    server.call(post("/echo", "{\"password\":\"hunter2\"}", agent));
    server.call(get("/fails", agent));
  }
  observability::configure_logging({});
  std::size_t forged = 0;
  for (const auto& line : lines) {
    EXPECT_EQ(line.find("hunter2"), line.npos) << line;
    EXPECT_EQ(line.find('\n'), line.npos);
    EXPECT_EQ(line.find('\x1b'), line.npos);
    if (boost::json::parse(line).at("event").as_string() == "forged") ++forged;
  }
  EXPECT_EQ(forged, 0u);
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_EQ(boost::json::parse(lines[0]).at("route").as_string(), "/items/{id}");
  EXPECT_EQ(boost::json::parse(lines[1]).at("route").as_string(), "");
}

TEST(Edge, strips_the_base_path_and_keeps_probes_at_the_root) {
  auto routes = toy_routes();
  Route probe = quick("GET", "/healthz", [](const Request&) { return Response::no_content(); });
  probe.mount = Mount::root;
  routes.push_back(probe);
  const TestServer server(std::move(routes), {}, {}, {}, "/identity");
  EXPECT_EQ(server.call(get("/identity/ping")).status, 200);
  EXPECT_EQ(server.call(get("/identity/items/7")).json().at("id").as_string(), "7");
  EXPECT_EQ(server.call(get("/ping")).status, 404);
  EXPECT_EQ(server.call(get("/identityping")).status, 404);
  EXPECT_EQ(server.call(get("/healthz")).status, 204);
}

}  // namespace
}  // namespace gatehouse::server::test
