#pragma once
// Which key goes into which member: one line a key. Used by load.cpp.
#include "config/binder.hpp"
#include "config/config.hpp"

namespace gatehouse::config {

/// Reads every key of every section into `config`, typed and bounded, without what hangs on other keys.
void bind_sections(Binder& binder, Config& config);

}  // namespace gatehouse::config
