#include "modules/identity/workers/checkpointer.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "modules/identity/application/audit_checkpoint.hpp"
#include "observability/log.hpp"

namespace gatehouse::workers {

namespace {

constexpr off_t kLongestLine = 64 * 1024;

/// What a power cut or a full disk left of a line. A line behind it would be none, and no start would believe it.
bool cut_torn_line(int fd) {
  const off_t size = ::lseek(fd, 0, SEEK_END);
  std::string tail(static_cast<std::size_t>(std::clamp<off_t>(size, 0, kLongestLine)), '\0');
  const off_t from = size - static_cast<off_t>(tail.size());
  if (size < 0 || ::pread(fd, tail.data(), tail.size(), from) != static_cast<ssize_t>(tail.size())) return false;
  if (tail.empty() || tail.back() == '\n') return true;
  const auto end = tail.rfind('\n');
  return ::ftruncate(fd, end == std::string::npos ? from : from + static_cast<off_t>(end) + 1) == 0;
}

bool append_line(int fd, const std::string& line) {
  // Another process may append to the same file.
  return ::flock(fd, LOCK_EX) == 0 && cut_torn_line(fd) &&
         ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && ::fsync(fd) == 0;
}

}  // namespace

Result<> append_anchor(const std::string& path, const std::string& jws) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const bool written = fd >= 0 && append_line(fd, jws + "\n");
  const std::string why = written ? "" : std::strerror(errno);
  if (fd >= 0) ::close(fd);
  if (!written) return unavailable("the anchor file " + path + " can't be written: " + why);
  return {};
}

Result<More> Checkpointer::step() {
  // The sealer is a moment behind, and at stop has gone before: what was committed until now belongs under this one.
  GH_CHECK(deps_.store.seal());
  GH_TRY(const auto checkpoint, application::make_audit_checkpoint(deps_));
  if (!checkpoint) return More::no;
  observability::log(observability::Level::info, "audit_checkpoint",
                     {{"sequence", checkpoint->sequence}, {"jws", checkpoint->jws}});
  if (!anchor_file_.empty()) GH_CHECK(append_anchor(anchor_file_, checkpoint->jws));
  return More::no;
}

}  // namespace gatehouse::workers
