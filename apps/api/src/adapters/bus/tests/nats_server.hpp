#pragma once
// A real nats-server with JetStream on a free loopback port, its files in a temporary folder; stopped with the object.
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "auth/crypto/random.hpp"

extern char** environ;

namespace gatehouse::adapters::testing {

class NatsServer {
 public:
  NatsServer() : folder_(std::filesystem::temp_directory_path() / ("gatehouse-nats-" + auth::random_token(9))) {
    std::filesystem::create_directories(folder_);
    start("-1");
  }
  ~NatsServer() {
    stop();
    std::filesystem::remove_all(folder_);
  }
  NatsServer(const NatsServer&) = delete;
  NatsServer& operator=(const NatsServer&) = delete;

  static bool installed() {
    return std::filesystem::exists("/usr/sbin/nats-server") || std::filesystem::exists("/usr/bin/nats-server");
  }
  bool running() const { return pid_ > 0; }
  std::string url() const { return "nats://127.0.0.1:" + port_; }

  void stop() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  /// Again on the same port, with what it had stored.
  void restart() { start(port_); }

 private:
  void start(const std::string& port) {
    const std::string ports = (folder_ / "ports").string(), store = (folder_ / "store").string(),
                      log = (folder_ / "log").string();
    std::filesystem::remove_all(ports);
    std::filesystem::create_directories(ports);
    const std::string program =
        std::filesystem::exists("/usr/sbin/nats-server") ? "/usr/sbin/nats-server" : "/usr/bin/nats-server";
    std::vector<std::string> words{program, "-a",  "127.0.0.1",        "-p",  port, "-js",
                                   "-sd",   store, "--ports_file_dir", ports, "-l", log};
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    if (::posix_spawn(&pid_, program.c_str(), nullptr, nullptr, argv.data(), environ) != 0) {
      pid_ = -1;
      return;
    }
    for (int look = 0; look < 500 && !read_port(ports); ++look)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }

  bool read_port(const std::string& folder) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      std::stringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      const auto at = text.str().find("127.0.0.1:");
      if (at == std::string::npos) continue;
      const std::string rest = text.str().substr(at + 10);
      port_ = rest.substr(0, rest.find_first_not_of("0123456789"));
      return !port_.empty();
    }
    return false;
  }

  std::filesystem::path folder_;
  std::string port_;
  pid_t pid_ = -1;
};

}  // namespace gatehouse::adapters::testing
