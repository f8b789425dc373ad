#pragma once
// Where a call came from, as far as the audit log, risk assessment and the person's list of sessions care.
#include <string>

namespace gatehouse::application {

struct RequestInfo {
  std::string request_id{};
  std::string traceparent{};
  std::string ip{};          ///< canonical; of the browser where a trusted back end forwards it (decision 4)
  std::string user_agent{};  ///< at most 512 bytes of it
};

}  // namespace gatehouse::application
