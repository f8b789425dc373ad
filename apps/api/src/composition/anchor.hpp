#pragma once
// `[audit] anchor_file`, read: the newest checkpoint that is known outside of the database. A server doesn't start on a
// database that is older; `gatehouse fence` names it and begins a new segment.
#include <optional>
#include <string>

#include "config/config.hpp"
#include "modules/identity/application/dependencies.hpp"

namespace gatehouse::composition {

/// The file's last whole line; nothing where no file is configured, or it does not exist or is empty. A line that was
/// cut off by a crash is passed over. Returns `dependency_unavailable` where the file can't be read.
Result<std::optional<std::string>> last_anchor(const config::Config& config);

/// The refusal carries one line in `detail`.
Result<> refuse_older_than_anchor(const config::Config& config, const application::Dependencies& deps);

}  // namespace gatehouse::composition
