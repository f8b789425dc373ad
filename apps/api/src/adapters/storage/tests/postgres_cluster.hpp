#pragma once
// A PostgreSQL cluster of the tests' own: Debian's server 15 in a temporary folder, on loopback and a free port,
// started at its first use in a test program and removed at the program's end. Every test takes an empty
// database of it.
#include <sys/types.h>

#include <string>
#include <vector>

#include "adapters/storage/tests/temp_folder.hpp"

namespace gatehouse::adapters::storage {

class PostgresCluster {
 public:
  /// The one that all tests share.
  static PostgresCluster& shared();

  PostgresCluster();
  ~PostgresCluster();
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;

  /// The URL of an empty database, emptied of what the test before left in it: quick, and what most tests want.
  std::string empty_database();
  /// The URL of a new database, for a test that changes its settings or needs two.
  std::string fresh_database();
  /// The URL of a database through another port of loopback: a proxy's.
  std::string through(const std::string& url, int port) const;
  int port() const { return port_; }

  /// Runs SQL as the cluster's owner; what it answers, one cell a line.
  std::string run(const std::string& url, const std::string& sql) const;

  void start();
  void stop(const std::string& mode);  ///< smart, fast or immediate

 private:
  int run_as_owner(const std::vector<std::string>& command, std::string* output = nullptr) const;

  TempFolder folder_;
  int port_ = 0;
  int databases_ = 0;
  std::string reused_;
};

}  // namespace gatehouse::adapters::storage
