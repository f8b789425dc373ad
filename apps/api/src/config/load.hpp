#pragma once
// load: the whole way from files, environment and command line to a Config. The command line wins over the environment,
// the environment over files, a later file over an earlier one, all over the defaults. Used by the CLI; reads files.
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "config/binder.hpp"
#include "config/config.hpp"
#include "config/facts.hpp"
#include "config/problem.hpp"
#include "config/sources.hpp"

namespace gatehouse::config {

struct LoadInput {
  Mode mode = Mode::production;
  std::vector<std::filesystem::path> files{};  ///< --config, in order
  Pairs environment{};                         ///< all of it, as from environment_pairs()
  Pairs flags{};                        ///< ("server.listen", …) of --listen, ("database.url", …) of --database
  std::filesystem::path data = "data";  ///< --data; ":memory:" for a store that goes with the process
  std::size_t cores = 1;
};

/// `config` may be used only where `problems` is empty; `settings` is what `config show` prints.
struct Loaded {
  Config config;
  Problems problems;  ///< all of them, in the order of the keys
  Problems warnings;  ///< allowed, but to be said at start
  std::vector<Setting> settings;
};

/// Everything that is wrong in any mode: unreadable files, unknown keys, wrong types and shapes, references to what
/// does not exist. What production refuses besides is refusals.hpp.
Loaded load(const LoadInput& input);

/// All that stands against starting: the problems, and in production the refusals, each with where its key was said.
Problems obstacles(const Loaded& loaded, const Facts& facts);

/// The process's environment as pairs.
Pairs environment_pairs(const char* const* environment);

/// The configuration as TOML, secrets masked, each line with its source.
std::string show(const std::vector<Setting>& settings);

}  // namespace gatehouse::config
