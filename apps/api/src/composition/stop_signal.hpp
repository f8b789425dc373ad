#pragma once
// SIGTERM and SIGINT as something to wait for. Made before any other thread, so that all of them leave the signals to
// the waiting one. SIGPIPE is ignored: a client that goes away is no reason to end.
#include <csignal>

namespace gatehouse::composition {

class StopSignal {
 public:
  StopSignal();
  /// Blocks until the process is asked to stop. From then on a second signal ends the process at once.
  void wait();

 private:
  sigset_t signals_{};
};

}  // namespace gatehouse::composition
