#include "adapters/storage/tests/postgres_cluster.hpp"

#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <stdexcept>

namespace gatehouse::adapters::storage {
namespace {

const std::string kPrograms = "/usr/lib/postgresql/15/bin/";

int free_port() {
  const int opened = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(opened, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      getsockname(opened, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no free port");
  }
  close(opened);
  return ntohs(address.sin_port);
}

std::string quoted(const std::string& word) {
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

PostgresCluster& PostgresCluster::shared() {
  static PostgresCluster cluster;
  return cluster;
}

PostgresCluster::PostgresCluster() : port_(free_port()) {
  // The server refuses to run as root; Debian's package makes the user that it may be instead.
  if (geteuid() == 0) {
    const passwd* owner = getpwnam("postgres");
    if (owner == nullptr || chown(folder_.path().c_str(), owner->pw_uid, owner->pw_gid) != 0) {
      throw std::runtime_error("no user postgres; run script/bootstrap");
    }
  }
  std::string output;
  if (run_as_owner({kPrograms + "initdb", "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8",
                    "--locale=C.UTF-8", "--pgdata=" + (folder_ / "data")},
                   &output) != 0) {
    throw std::runtime_error("initdb failed: " + output);
  }
  std::ofstream(folder_ / "data/postgresql.auto.conf", std::ios::app)
      << "port = " << port_ << "\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '"
      << folder_.path().string()
      << "'\nfsync = off\nmax_connections = 60\nshared_buffers = '32MB'\nlog_min_messages = panic\n";
  start();
}

PostgresCluster::~PostgresCluster() { stop("immediate"); }

void PostgresCluster::start() {
  std::string output;
  if (run_as_owner(
          {kPrograms + "pg_ctl", "--pgdata=" + (folder_ / "data"), "--log=" + (folder_ / "log"), "--wait", "start"},
          &output) != 0) {
    throw std::runtime_error("pg_ctl start failed: " + output);
  }
}

void PostgresCluster::stop(const std::string& mode) {
  run_as_owner({kPrograms + "pg_ctl", "--pgdata=" + (folder_ / "data"), "--wait", "--mode=" + mode, "stop"});
}

std::string PostgresCluster::fresh_database() {
  const std::string name = "test" + std::to_string(++databases_);
  const std::string base = "postgresql://postgres@127.0.0.1:" + std::to_string(port_) + "/";
  run(base + "postgres", "CREATE DATABASE " + name + " TEMPLATE template0");
  return base + name;
}

std::string PostgresCluster::empty_database() {
  if (reused_.empty()) return reused_ = fresh_database();
  run(reused_,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
      "pg_backend_pid(); DROP SCHEMA IF EXISTS identity CASCADE");
  return reused_;
}

std::string PostgresCluster::through(const std::string& url, int port) const {
  std::string changed = url;
  const std::string own = ":" + std::to_string(port_) + "/";
  return changed.replace(changed.find(own), own.size(), ":" + std::to_string(port) + "/");
}

std::string PostgresCluster::run(const std::string& url, const std::string& sql) const {
  std::string output;
  if (run_as_owner({kPrograms + "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align",
                    "--set=ON_ERROR_STOP=1", "--command=" + sql, url},
                   &output) != 0) {
    throw std::runtime_error("psql failed: " + output);
  }
  return output.substr(0, output.find_last_not_of('\n') + 1);
}

int PostgresCluster::run_as_owner(const std::vector<std::string>& command, std::string* output) const {
  // No sanitizer of ours in the server's programs, and no folder that its user can't enter.
  std::string line = "cd / && exec env -u LD_PRELOAD ";
  if (geteuid() == 0) line += "runuser -u postgres -- ";
  for (const std::string& word : command) line += quoted(word) + " ";
  line += output != nullptr ? "2>&1 </dev/null" : ">/dev/null 2>&1 </dev/null";
  FILE* pipe = popen(line.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot start " + command.front());
  char buffer[512];
  while (const std::size_t count = fread(buffer, 1, sizeof buffer, pipe)) {
    if (output != nullptr) output->append(buffer, count);
  }
  return pclose(pipe);
}

}  // namespace gatehouse::adapters::storage
