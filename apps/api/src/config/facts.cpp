#include "config/facts.hpp"

#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <optional>

namespace gatehouse::config {
namespace {

void look(Facts& facts, const std::string& key, const std::filesystem::path& path, bool must_exist) {
  struct stat status {};
  if (path.empty()) return;
  if (::stat(path.c_str(), &status) != 0 || ::access(path.c_str(), R_OK) != 0) {
    if (must_exist) facts.unreadable.push_back(key + ": " + path.string());
    return;
  }
  facts.files.push_back(
      {key, path, S_ISDIR(status.st_mode) ? FileKind::folder : FileKind::file, status.st_mode & 07777U});
}

std::string network_file_system(const std::filesystem::path& path) {
  struct statfs status {};
  std::filesystem::path existing = std::filesystem::absolute(path);
  while (!existing.empty() && ::statfs(existing.c_str(), &status) != 0) {
    if (existing == existing.root_path()) return {};
    existing = existing.parent_path();
  }
  // The magic numbers of statfs(2).
  switch (static_cast<unsigned long>(status.f_type) & 0xffffffffUL) {
    case 0x6969:
      return "nfs";
    case 0xff534d42:
      return "cifs";
    case 0xfe534d42:
      return "smb2";
    case 0x517b:
      return "smb";
    case 0x5346414f:
      return "afs";
    case 0x00c36400:
      return "ceph";
    case 0x01021997:
      return "9p";
    case 0x47504653:
      return "gpfs";
    case 0x0bd00bd0:
      return "lustre";
    default:
      return {};
  }
}

}  // namespace

std::filesystem::path sqlite_path(const Config& config) {
  const std::string& url = config.database.url.expose();
  if (url.rfind("sqlite:", 0) != 0 || url == "sqlite::memory:") return {};
  return url.substr(7);
}

Facts gather_facts(const Config& config) {
  Facts facts;
  for (const auto& file : config.files.toml) look(facts, "--config", file, false);
  for (const auto& file : config.files.secrets) look(facts, "a secret's file", file, false);
  look(facts, "server.tls_key", config.server.tls_key, true);
  if (!config.server.tls_cert.empty() && ::access(config.server.tls_cert.c_str(), R_OK) != 0) {
    facts.unreadable.push_back("server.tls_cert: " + config.server.tls_cert);
  }
  look(facts, "events.nats_credentials", config.events.nats_credentials, true);
  if (const auto database = sqlite_path(config); !database.empty()) {
    look(facts, "the data folder", database.has_parent_path() ? database.parent_path() : ".", false);
    for (const char* suffix : {"", "-wal", "-shm"}) look(facts, "database.url", database.string() + suffix, false);
    facts.network_file_system = network_file_system(database);
  }
  return facts;
}

}  // namespace gatehouse::config
