#include "modules/identity/workers/checkpointer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "modules/identity/application/audit_checkpoint.hpp"
#include "observability/log.hpp"

namespace gatehouse::workers {

Result<> append_anchor(const std::string& path, const std::string& jws) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const std::string line = jws + "\n";
  const bool written =
      fd >= 0 && ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && ::fsync(fd) == 0;
  const std::string why = written ? "" : std::strerror(errno);
  if (fd >= 0) ::close(fd);
  if (!written) return unavailable("the anchor file " + path + " can't be written: " + why);
  return {};
}

Result<More> Checkpointer::step() {
  GH_TRY(const auto checkpoint, application::make_audit_checkpoint(deps_));
  if (!checkpoint) return More::no;
  observability::log(observability::Level::info, "audit_checkpoint",
                     {{"sequence", checkpoint->sequence}, {"jws", checkpoint->jws}});
  if (!anchor_file_.empty()) GH_CHECK(append_anchor(anchor_file_, checkpoint->jws));
  return More::no;
}

}  // namespace gatehouse::workers
