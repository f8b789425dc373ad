#include "server/io_threads.hpp"

#include <algorithm>
#include <exception>

#include <boost/asio/post.hpp>

#include "observability/log.hpp"

namespace gatehouse::server {

namespace asio = boost::asio;

IoThread::IoThread()
    : work_(asio::make_work_guard(context_)), timer_(context_), thread_([this] {
        while (!context_.stopped()) {
          try {
            context_.run();
          } catch (const std::exception& error) {
            observability::log(observability::Level::error, "io_thread_exception", {{"cause", error.what()}});
          }
        }
      }) {}

IoThread::~IoThread() {
  work_.reset();
  context_.stop();
  thread_.join();
}

void IoThread::add(Swept* connection) {
  connections_.insert(connection);
  if (!scheduled_) schedule();
}

void IoThread::sweep_at_least_every(std::chrono::milliseconds period) {
  period_ = std::min(period_.load(), std::max<std::chrono::milliseconds::rep>(5, period.count()));
}

// The timer rests while there is no connection to look at.
void IoThread::schedule() {
  scheduled_ = true;
  timer_.expires_after(std::chrono::milliseconds(period_.load()));
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    const auto now = std::chrono::steady_clock::now();
    for_each([now](Swept& connection) { connection.sweep(now); });
    scheduled_ = false;
    if (!connections_.empty()) schedule();
  });
}

IoThreads::IoThreads(std::size_t count) : impl_(std::make_unique<Impl>()) {
  for (std::size_t i = 0; i < std::max<std::size_t>(1, count); ++i)
    impl_->threads.push_back(std::make_unique<IoThread>());
}

IoThreads::~IoThreads() = default;

std::size_t IoThreads::size() const { return impl_->threads.size(); }

}  // namespace gatehouse::server
