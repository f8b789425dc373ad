#include "adapters/storage/sqlite/file_safety.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

namespace gatehouse::adapters::sqlite {
namespace {

std::string folder_of(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder.string();
}

class FileLock final : public ServeLock {
 public:
  explicit FileLock(int file) : file_(file) {}
  ~FileLock() override { close(file_); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int file_;
};

}  // namespace

Failure refuse_start(std::string cause_and_mend) {
  return fail(ErrorCode::dependency_unavailable, cause_and_mend, cause_and_mend);
}

Result<> create_private_file(const std::string& path) {
  const std::string folder = folder_of(path);
  std::error_code failed;
  if (!std::filesystem::exists(folder, failed)) {
    std::filesystem::create_directories(folder, failed);
    if (failed || chmod(folder.c_str(), 0700) != 0) {
      return refuse_start(fmt::format("the data folder {} cannot be made: {}; create it for this user, or name another",
                                      folder, failed ? failed.message() : std::strerror(errno)));
    }
  }
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file >= 0) {
    close(file);
    return {};
  }
  if (errno == EROFS || errno == EACCES || errno == EPERM) {
    return refuse_start(fmt::format("the database {} is read-only for this user: {}; make it writable for its owner",
                                    path, std::strerror(errno)));
  }
  return refuse_start(
      fmt::format("the database {} cannot be opened: {}; check the path and the disk", path, std::strerror(errno)));
}

Result<> refuse_open_to_others(const std::string& path) {
  for (const std::string& each : {folder_of(path), path, path + "-wal", path + "-shm", path + ".lock"}) {
    struct stat found {};
    if (stat(each.c_str(), &found) != 0) continue;
    if ((found.st_mode & 077) != 0) {
      return refuse_start(fmt::format("{} is open to group or others (mode {:04o}); run: chmod go= {}", each,
                                      found.st_mode & 07777, each));
    }
  }
  return {};
}

std::string network_file_system_name(unsigned long magic) {
  switch (magic & 0xffffffffUL) {
    case 0x6969UL:
      return "NFS";
    case 0x517BUL:
      return "SMB";
    case 0xFF534D42UL:
      return "CIFS";
    case 0xFE534D42UL:
      return "SMB2";
    case 0x01021997UL:
      return "9P";
    case 0x00C36400UL:
      return "Ceph";
    case 0x5346414FUL:
      return "AFS";
    case 0x6B414653UL:
      return "AFS";
    case 0x73757245UL:
      return "Coda";
    case 0x0BD00BD0UL:
      return "Lustre";
    case 0x01161970UL:
      return "GFS2";
    case 0x7461636FUL:
      return "OCFS2";
    case 0x47504653UL:
      return "GPFS";
    default:
      return {};
  }
}

Result<> refuse_network_file_system(const std::string& path) {
  struct statfs found {};
  if (statfs(folder_of(path).c_str(), &found) != 0) return {};
  const std::string name = network_file_system_name(static_cast<unsigned long>(found.f_type));
  if (name.empty()) return {};
  return refuse_start(fmt::format(
      "the database {} is on a network file system ({}), where SQLite loses data; use a local disk, or PostgreSQL",
      path, name));
}

Result<std::unique_ptr<ServeLock>> take_serve_lock(const std::string& path) {
  const std::string lock_path = path + ".lock";
  const int file = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    return refuse_start(
        fmt::format("the lock file {} cannot be opened: {}; make the data folder writable for this user", lock_path,
                    std::strerror(errno)));
  }
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    close(file);
    return refuse_start(
        fmt::format("another `gatehouse serve` runs on {}; stop it, or give this one its own --data folder", path));
  }
  return std::unique_ptr<ServeLock>(std::make_unique<FileLock>(file));
}

}  // namespace gatehouse::adapters::sqlite
