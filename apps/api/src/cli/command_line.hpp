#pragma once
// The program's command line. Exit status: 0 done, 1 refused or failed (one line on stderr says why and the mend), 2
// bad usage.
#include "cli/host.hpp"

namespace gatehouse::cli {

int run(int argc, char** argv, Host& host);

}  // namespace gatehouse::cli
