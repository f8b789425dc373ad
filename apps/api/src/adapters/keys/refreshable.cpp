#include "adapters/keys/refreshable.hpp"

#include "observability/log.hpp"

namespace gatehouse::adapters::keys {

Refresher::Refresher(Refreshable& what) : what_(what), ticker_(std::chrono::seconds(2), [this] { look(); }) {}

void Refresher::look() {
  const auto result = what_.refresh();
  if (failing_.exchange(!result) == !result) return;
  if (result) {
    observability::log(observability::Level::info, "keys_readable_again");
  } else {
    observability::log(observability::Level::warning, "keys_unreadable", {{"cause", result.error().cause}});
  }
}

}  // namespace gatehouse::adapters::keys
