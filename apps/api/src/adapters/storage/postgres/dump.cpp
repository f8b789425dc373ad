#include "adapters/storage/postgres/dump.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <libpq-fe.h>

extern char** environ;

namespace gatehouse::adapters::postgres {
namespace {

using Words = std::vector<std::string>;

constexpr std::size_t kMostWords = 500;  // of what a program says when it fails

Failure refuse_dump(std::string cause_and_mend) {
  return fail(ErrorCode::dependency_unavailable, cause_and_mend, cause_and_mend);
}

/// This process' environment, with the URL's parts under the names that libpq reads.
Result<Words> environment_for(const std::string& url) {
  Words words;
  char* problem = nullptr;
  PQconninfoOption* parsed = PQconninfoParse(url.c_str(), &problem);
  PQfreemem(problem);  // it would quote the URL with its password
  if (parsed == nullptr) return refuse_dump("database.url is not a valid postgresql:// URL; mend it");
  for (const PQconninfoOption* option = parsed; option->keyword != nullptr; ++option)
    if (option->val != nullptr && option->envvar != nullptr)
      words.push_back(fmt::format("{}={}", option->envvar, option->val));
  PQconninfoFree(parsed);
  const auto is_given = [&](std::string_view variable) {
    const auto name = variable.substr(0, variable.find('=') + 1);
    return std::any_of(words.begin(), words.end(), [&](const auto& word) { return word.starts_with(name); });
  };
  for (char** each = environ; *each != nullptr; ++each)
    if (!is_given(*each)) words.emplace_back(*each);
  return words;
}

std::vector<char*> pointers(Words& words) {
  std::vector<char*> to;
  to.reserve(words.size() + 1);
  for (auto& word : words) to.push_back(word.data());
  to.push_back(nullptr);
  return to;
}

/// What the program wrote, to its end; the last words are kept.
std::string read_to_end(int from) {
  std::string said;
  std::array<char, 1024> buffer{};
  ssize_t count = 0;
  while ((count = ::read(from, buffer.data(), buffer.size())) > 0 || (count < 0 && errno == EINTR)) {
    if (count > 0) said.append(buffer.data(), static_cast<std::size_t>(count));
    if (said.size() > kMostWords) said.erase(0, said.size() - kMostWords);
  }
  while (!said.empty() && said.back() == '\n') said.pop_back();
  std::replace(said.begin(), said.end(), '\n', ' ');
  return said;
}

/// Runs a program to its end, its input empty; fails with what it said on stderr.
Result<> run_program(Words command, Words environment) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return refuse_dump("no pipe could be made; close other programs");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, pipe[1], STDERR_FILENO);
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, command.front().c_str(), &actions, nullptr, pointers(command).data(),
                                    pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[1]);
  if (failed != 0) {
    ::close(pipe[0]);
    return refuse_dump(
        fmt::format("{} can't be run; install PostgreSQL's client programs (postgresql-client), or back "
                    "up as docs/runbooks/backup.md says",
                    command.front()));
  }
  const std::string said = read_to_end(pipe[0]);
  ::close(pipe[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return refuse_dump(fmt::format("{} failed ({}); mend that and try again", command.front(), said));
}

/// A new file for its owner alone, which the program then writes into.
Result<> make_private(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0 && errno == EEXIST) return refuse_dump(fmt::format("{} exists already; move it away", path));
  if (file < 0) return refuse_dump(fmt::format("{} can't be made; check its folder", path));
  ::close(file);
  return {};
}

void sync_dump(const std::string& path) {
  for (const auto& each : {path, std::filesystem::absolute(path).parent_path().string()}) {
    const int file = ::open(each.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) continue;
    ::fsync(file);
    ::close(file);
  }
}

/// Removed when it goes out of sight, whatever happened.
struct TemporaryFile {
  std::string path;
  ~TemporaryFile() { ::unlink(path.c_str()); }
};

}  // namespace

Result<> dump(const std::string& url, const std::string& target) {
  if (std::filesystem::exists(target))
    return refuse_dump(fmt::format("{} exists already; name a new file for the backup", target));
  GH_TRY(auto environment, environment_for(url));
  const TemporaryFile partial{target + ".partial"};
  std::error_code ignored;
  std::filesystem::remove(partial.path, ignored);
  GH_CHECK(make_private(partial.path));
  GH_CHECK(run_program({"pg_dump", "--no-password", "--format=custom", "--schema=identity", "--no-owner",
                        "--no-privileges", "--file=" + partial.path},
                       std::move(environment)));
  sync_dump(partial.path);
  // A link and not a rename: a file that came meanwhile is not overwritten.
  if (::link(partial.path.c_str(), target.c_str()) != 0)
    return refuse_dump(fmt::format("{} can't be made; check its folder", target));
  sync_dump(target);
  return {};
}

Result<> restore_dump(const std::string& url, const std::string& dump) {
  if (!std::filesystem::exists(dump)) return refuse_dump(fmt::format("there is no backup {}", dump));
  GH_TRY(auto environment, environment_for(url));
  const std::string path = dump + ".sql";
  GH_CHECK(make_private(path));
  const TemporaryFile script{path};  // not before: a file that somebody else made is not ours to remove
  GH_CHECK(run_program({"pg_restore", "--no-owner", "--no-privileges", "--file=" + script.path, dump}, environment));
  // psql rather than pg_restore, so that the mark is made in the same transaction.
  return run_program({"psql", "--no-psqlrc", "--no-password", "--quiet", "--single-transaction",
                      "--set=ON_ERROR_STOP=1", "--file=" + script.path,
                      "--command=INSERT INTO identity.facts (name, value) VALUES ('fence_required', 'restored') "
                      "ON CONFLICT (name) DO NOTHING"},
                     std::move(environment));
}

}  // namespace gatehouse::adapters::postgres
