#include "modules/identity/http/stories/session_page.hpp"

#include <algorithm>

namespace gatehouse::http {

ports::Page<domain::Session> cut_sessions(std::vector<domain::Session> sessions, const ports::PageRequest& page) {
  auto begin = sessions.begin();
  if (page.after)
    begin = std::find_if(sessions.begin(), sessions.end(),
                         [&](const domain::Session& each) { return each.id.str() < *page.after; });
  ports::Page<domain::Session> cut;
  for (; begin != sessions.end(); ++begin) {
    if (cut.items.size() == static_cast<std::size_t>(page.limit)) {
      cut.next = cut.items.back().id.str();
      break;
    }
    cut.items.push_back(std::move(*begin));
  }
  return cut;
}

}  // namespace gatehouse::http
