#include "composition/stop_signal.hpp"

#include <pthread.h>

namespace gatehouse::composition {

StopSignal::StopSignal() {
  std::signal(SIGPIPE, SIG_IGN);
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGTERM);
  sigaddset(&signals_, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
}

void StopSignal::wait() {
  int received = 0;
  sigwait(&signals_, &received);
  // The default action again, for a second signal.
  pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
}

}  // namespace gatehouse::composition
