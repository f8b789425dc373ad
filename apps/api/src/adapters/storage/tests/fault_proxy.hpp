#pragma once
// A proxy on loopback between a client and a server, through which a test breaks the line: cut it, let bytes vanish
// without a reset, or cut it around a message that the client sends.
#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace gatehouse::adapters::storage {

class FaultProxy {
 public:
  explicit FaultProxy(int server_port);
  ~FaultProxy();
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  int port() const { return port_; }

  /// Bytes of both directions are swallowed, and nothing is closed, until mended.
  void swallow(bool on) { swallow_ = on; }
  /// Closes every line at once.
  void cut();
  /// Closes the line when the client sends these bytes: before the server gets them, or after, so that only the answer
  /// is lost. Once.
  void cut_before(const std::string& bytes) { set_trap(bytes, false); }
  void cut_after(const std::string& bytes) { set_trap(bytes, true); }

 private:
  void accept_lines();
  void carry(int client, int server);
  void set_trap(const std::string& bytes, bool deliver);
  bool sprung(const std::string& data, bool& deliver);

  const int server_port_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> swallow_ = false;
  std::atomic<int> cuts_ = 0;
  std::mutex mutex_;
  std::string trap_;
  bool trap_delivers_ = false;
  std::vector<std::thread> lines_;
  std::thread acceptor_;
};

}  // namespace gatehouse::adapters::storage
