#include "server/lanes.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "server/tests/support.hpp"

namespace gatehouse::server::test {
namespace {

class Gate {
 public:
  void wait() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    opened_.wait(lock, [this] { return open_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }
  int waiting() {
    const std::lock_guard lock(mutex_);
    return waiting_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
  int waiting_ = 0;
};

TEST(Lanes, refuses_at_once_when_full) {
  Lanes lanes({{1, 1, 0}, {1, 2, 8}, {1, 1, 0}});
  Gate gate;
  for (int i = 0; i < 3; ++i) ASSERT_EQ(lanes.submit(Lane::hash, "", [&] { gate.wait(); }), Admission::accepted);
  EXPECT_EQ(lanes.submit(Lane::hash, "", [] {}), Admission::full);
  std::atomic<bool> ran{false};
  EXPECT_EQ(lanes.submit(Lane::store, "", [&] { ran = true; }), Admission::accepted);
  EXPECT_TRUE(eventually([&] { return ran.load(); }));
  gate.open();
  lanes.stop();
  EXPECT_EQ(lanes.submit(Lane::hash, "", [] {}), Admission::stopped);
}

TEST(Lanes, leaves_room_for_other_networks) {
  Lanes lanes({{1, 1, 0}, {1, 9, 2}, {1, 1, 0}});
  Gate gate;
  for (int i = 0; i < 5; ++i) ASSERT_EQ(lanes.submit(Lane::hash, "flood", [&] { gate.wait(); }), Admission::accepted);
  EXPECT_EQ(lanes.submit(Lane::hash, "flood", [] {}), Admission::over_share);
  EXPECT_EQ(lanes.submit(Lane::hash, "other", [&] { gate.wait(); }), Admission::accepted);
  EXPECT_EQ(lanes.submit(Lane::hash, "other", [&] { gate.wait(); }), Admission::accepted);
  EXPECT_EQ(lanes.submit(Lane::hash, "other", [] {}), Admission::over_share);
  gate.open();
  EXPECT_TRUE(eventually([&] { return lanes.queued(Lane::hash) + lanes.running(Lane::hash) == 0; }));
  EXPECT_EQ(lanes.submit(Lane::hash, "flood", [] {}), Admission::accepted);
}

TEST(Lanes, finishes_what_was_accepted_before_it_stops) {
  std::atomic<int> done{0};
  {
    Lanes lanes({{2, 100, 0}, {1, 1, 0}, {1, 1, 0}});
    for (int i = 0; i < 50; ++i) ASSERT_EQ(lanes.submit(Lane::store, "", [&] { ++done; }), Admission::accepted);
  }
  EXPECT_EQ(done, 50);
}

TEST(Lanes, show_how_busy_they_are) {
  Lanes lanes({{1, 4, 0}, {1, 1, 0}, {1, 1, 0}});
  observability::Metrics metrics;
  publish(lanes, metrics);
  Gate gate;
  for (int i = 0; i < 3; ++i) lanes.submit(Lane::store, "", [&] { gate.wait(); });
  ASSERT_TRUE(eventually([&] { return gate.waiting() == 1; }));
  const auto text = metrics.expose();
  EXPECT_NE(text.find("gatehouse_lane_queued{lane=\"store\"} 2"), text.npos);
  EXPECT_NE(text.find("gatehouse_lane_running{lane=\"store\"} 1"), text.npos);
  EXPECT_NE(text.find("gatehouse_lane_running{lane=\"hash\"} 0"), text.npos);
  gate.open();
}

TEST(Lanes, a_full_hash_lane_sheds_load_and_starves_nobody_else) {
  Gate gate;
  auto routes = toy_routes();
  routes.push_back(laned(
      "POST", "/hash",
      [&gate](const Request&) {
        gate.wait();
        return Response::no_content();
      },
      Lane::hash));
  const TestServer server(std::move(routes), {}, {}, {{2, 64, 0}, {1, 1, 8}, {1, 1, 0}});
  auto first = server.connect(), second = server.connect();
  first.send(post("/hash", "{}"));
  EXPECT_TRUE(eventually([&] { return gate.waiting() == 1; }));
  second.send(post("/hash", "{}"));
  EXPECT_TRUE(eventually([&] { return server.lanes.queued(Lane::hash) == 1; }));
  const auto begin = std::chrono::steady_clock::now();
  const auto shed = server.call(post("/hash", "{}"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 500ms);
  EXPECT_EQ(shed.status, 503);
  EXPECT_EQ(shed.code(), "overloaded");
  EXPECT_EQ(shed.header("Retry-After"), "1");
  EXPECT_EQ(server.call(get("/items/1")).status, 200);
  gate.open();
  EXPECT_EQ(first.read().status, 204);
  EXPECT_EQ(second.read().status, 204);
}

Route waiting(std::atomic<bool>& ready, std::atomic<int>& runs, std::chrono::milliseconds most) {
  return laned("GET", "/poll", [&ready, &runs, most](const Request& request) {
    ++runs;
    const bool over = std::chrono::steady_clock::now() - request.received_at >= most;
    if (ready || over || request.last_call)
      return Response::json(200, {{"ready", ready.load()}, {"last", request.last_call}});
    return Response::wait(most);
  });
}

TEST(LongPoll, answers_when_woken) {
  std::atomic<bool> ready{false};
  std::atomic<int> runs{0};
  const TestServer server({waiting(ready, runs, 10s)});
  auto client = server.connect();
  client.send(get("/poll"));
  ASSERT_TRUE(eventually([&] { return runs > 0; }));
  ready = true;
  server.server->wake_pollers();
  EXPECT_EQ(client.read().json().at("ready").as_bool(), true);
  EXPECT_EQ(client.call(get("/poll")).status, 200);
}

TEST(LongPoll, answers_by_itself_when_its_time_is_over) {
  std::atomic<bool> ready{false};
  std::atomic<int> runs{0};
  const TestServer server({waiting(ready, runs, 60ms)});
  EXPECT_EQ(server.call(get("/poll")).json().at("ready").as_bool(), false);
  EXPECT_EQ(runs, 2);
}

TEST(LongPoll, occupies_no_thread) {
  std::atomic<bool> ready{false};
  std::atomic<int> runs{0};
  auto routes = toy_routes();
  routes.push_back(waiting(ready, runs, 10s));
  const TestServer server(std::move(routes), {}, {}, {{1, 4, 0}, {1, 1, 0}, {1, 1, 0}});
  std::vector<Client> pollers;
  for (int i = 0; i < 20; ++i) {
    pollers.push_back(server.connect());
    pollers.back().send(get("/poll"));
    ASSERT_TRUE(eventually([&] { return runs > i; }));
  }
  EXPECT_EQ(server.call(get("/items/1")).status, 200);
  EXPECT_EQ(server.lanes.queued(Lane::store) + server.lanes.running(Lane::store), 0u);
}

TEST(LongPoll, ends_when_the_client_has_gone) {
  std::atomic<bool> ready{false};
  std::atomic<int> runs{0};
  const TestServer server({waiting(ready, runs, 10s)});
  auto client = server.connect();
  client.send(get("/poll"));
  ASSERT_TRUE(eventually([&] { return runs > 0; }));
  client.close();
  server.server->wake_pollers();
  EXPECT_TRUE(eventually([&] {
    server.server->wake_pollers();
    return server.server->connections() == 0;
  }));
}

TEST(Drain, finishes_what_is_in_flight_and_closes_the_idle) {
  Gate gate;
  std::atomic<bool> ready{false};
  std::atomic<int> runs{0};
  auto routes = toy_routes();
  routes.push_back(waiting(ready, runs, 10s));
  routes.push_back(laned("GET", "/slow", [&gate](const Request&) {
    gate.wait();
    return Response::no_content();
  }));
  TestServer server(std::move(routes));
  auto idle = server.connect(), slow = server.connect(), poller = server.connect();
  EXPECT_EQ(idle.call(get("/ping")).status, 200);
  slow.send(get("/slow"));
  poller.send(get("/poll"));
  ASSERT_TRUE(eventually([&] { return gate.waiting() == 1 && runs > 0; }));
  EXPECT_FALSE(server.server->draining());
  bool finished = false;
  std::thread drainer([&] { finished = server.server->drain(5s); });
  EXPECT_TRUE(idle.is_closed());
  const auto last = poller.read();
  EXPECT_EQ(last.json().at("last").as_bool(), true);
  EXPECT_EQ(last.header("Connection"), "close");
  poller.close();
  EXPECT_TRUE(server.server->draining());
  EXPECT_THROW(server.connect(), std::runtime_error);
  gate.open();
  EXPECT_EQ(slow.read().status, 204);
  slow.close();
  drainer.join();
  EXPECT_TRUE(finished);
}

TEST(Drain, gives_up_at_the_deadline) {
  Gate gate;
  TestServer server({laned("GET", "/slow", [&gate](const Request&) {
    gate.wait();
    return Response::no_content();
  })});
  auto slow = server.connect();
  slow.send(get("/slow"));
  ASSERT_TRUE(eventually([&] { return gate.waiting() == 1; }));
  EXPECT_FALSE(server.server->drain(50ms));
  gate.open();
}

TEST(Start, names_a_taken_port_and_the_mend) {
  const TestServer server(toy_routes());
  observability::Metrics metrics;
  IoThreads io(1);
  Lanes lanes({{1, 1, 0}, {1, 1, 0}, {1, 1, 0}});
  ServerOptions options;
  options.host = "127.0.0.1";
  options.port = server.port;
  Server second(options, Router(toy_routes()), io, lanes, metrics);
  const auto taken = second.start();
  ASSERT_FALSE(taken.has_value());
  EXPECT_EQ(taken.error().detail,
            "port " + std::to_string(server.port) +
                " on 127.0.0.1 is taken: stop the other process or use --listen HOST:PORT with another");
  options.host = "203.0.113.7";
  Server third(options, Router(toy_routes()), io, lanes, metrics);
  EXPECT_NE(third.start().error().detail.find("no address of this machine"), std::string::npos);
  options.host = "example.org";
  Server fourth(options, Router(toy_routes()), io, lanes, metrics);
  EXPECT_NE(fourth.start().error().detail.find("not an address"), std::string::npos);
}

TEST(Start, localhost_answers_and_is_named_in_the_url) {
  observability::Metrics metrics;
  IoThreads io(1);
  Lanes lanes({{1, 1, 0}, {1, 1, 0}, {1, 1, 0}});
  ServerOptions options;
  options.port = 0;
  Server main_server(options, Router(toy_routes()), io, lanes, metrics);
  Server ops_server(options, Router(toy_routes()), io, lanes, metrics);
  const auto port = main_server.start();
  const auto ops_port = ops_server.start();
  ASSERT_TRUE(port.has_value());
  ASSERT_TRUE(ops_port.has_value());
  EXPECT_EQ(main_server.url(), "http://localhost:" + std::to_string(*port));
  EXPECT_EQ(Client(*port).call(get("/ping")).status, 200);
  EXPECT_EQ(Client(*ops_port).call(get("/ping")).status, 200);
}

}  // namespace
}  // namespace gatehouse::server::test
