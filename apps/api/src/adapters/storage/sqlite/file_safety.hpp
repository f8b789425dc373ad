#pragma once
// What is checked of a SQLite file before it is opened and while it is served: private to its owner, on a local file
// system, and served by one process. Each refusal is one sentence in Error::detail that names the cause and the mend.
#include <memory>
#include <string>

#include "foundation/result.hpp"

namespace gatehouse::adapters::sqlite {

/// A refusal at start: `dependency_unavailable` whose detail names cause and mend for the operator.
Failure refuse_start(std::string cause_and_mend);

/// Makes the folder (0700) and the empty file (0600) where they are missing.
Result<> create_private_file(const std::string& path);

/// Refuses a file, its folder or its WAL that group or others may open (decision 16).
Result<> refuse_open_to_others(const std::string& path);

/// Refuses NFS, SMB and their like, where SQLite's locks and shared memory don't hold.
Result<> refuse_network_file_system(const std::string& path);
/// The name of a network file system by its magic number in statfs(2); empty for all others.
std::string network_file_system_name(unsigned long magic);

/// Held for as long as `serve` runs on the file; the operating system gives it back when the process ends.
class ServeLock {
 public:
  virtual ~ServeLock() = default;
};
/// Refuses a second `serve` on one file. The command line may work beside a running server and takes no lock.
Result<std::unique_ptr<ServeLock>> take_serve_lock(const std::string& path);

}  // namespace gatehouse::adapters::sqlite
