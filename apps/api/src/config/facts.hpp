#pragma once
// Facts: what the production refusals must know of the machine, gathered once at start so that they stay pure.
#include <filesystem>
#include <string>
#include <vector>

#include "config/config.hpp"

namespace gatehouse::config {

enum class FileKind { file, folder };

/// A file or folder that exists and holds what others must not read.
struct FileFact {
  std::string key;  ///< the configuration key that names it, e.g. "server.tls_key"
  std::filesystem::path path;
  FileKind kind = FileKind::file;
  unsigned mode = 0;  ///< permission bits, e.g. 0600
};

struct Facts {
  std::vector<FileFact> files;
  std::vector<std::string> unreadable;  ///< "server.tls_key: /etc/…": named in the configuration, and can't be opened
  std::string network_file_system;      ///< the kind of file system ("nfs") under a SQLite file; empty: a local one
};

/// Looks at the configuration's own files, keys, the data folder and the SQLite file, as far as they exist.
Facts gather_facts(const Config& config);

/// The folder or file of a `sqlite:PATH` database; empty for another database and for :memory:.
std::filesystem::path sqlite_path(const Config& config);

}  // namespace gatehouse::config
