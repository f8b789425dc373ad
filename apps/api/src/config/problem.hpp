#pragma once
// A problem of the configuration: where it stands, what is wrong, and the mend. Collected, never thrown, so that all of
// them are told at once.
#include <string>
#include <vector>

namespace gatehouse::config {

struct Problem {
  std::string where;  ///< "gatehouse.toml:12", "GATEHOUSE_MAIL__FROM", "--listen"; empty where nothing was said
  std::string key;    ///< "mail.from"
  std::string what;   ///< "must be set"
  std::string mend;   ///< "set [mail] from to the sender's address"

  bool operator==(const Problem&) const = default;
};
using Problems = std::vector<Problem>;

/// "gatehouse.toml:12: mail.from must be set; set [mail] from to the sender's address"
std::string to_text(const Problem& problem);

}  // namespace gatehouse::config
