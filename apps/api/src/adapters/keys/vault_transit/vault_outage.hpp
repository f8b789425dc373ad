#pragma once
// When Vault counts as away: what calls and signatures report, put together into outages. One failure is no outage: it
// begins once nothing has worked for half a second and three tries, and it ends with the first success of every part.
// VaultClient and VaultSigner report; composition takes the changes for one log line, one audit row and a gauge each.
// Thread-safe.
#include <array>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::adapters::keys {

/// What can fail apart: that Vault answers and takes our token, and that its signatures are right.
enum class VaultPart { calls, signatures };

struct VaultChange {
  bool began = true;  ///< an outage began, else ended
  std::string cause;  ///< of its beginning; for the log and the audit row, never secret
};

class VaultOutage {
 public:
  using Now = std::function<std::chrono::steady_clock::time_point()>;
  explicit VaultOutage(Now now = std::chrono::steady_clock::now) : now_(std::move(now)) {}

  void works(VaultPart part);
  void fails(VaultPart part, std::string_view cause);

  /// Whether the part's last report was a failure: it is worth another look.
  bool is_failing(VaultPart part) const;
  /// The cause while an outage lasts.
  std::optional<std::string> present() const;
  /// How many outages began.
  std::uint64_t count() const;
  /// Whether anything ever worked.
  bool was_reached() const;
  /// Beginnings and ends since the last call, in order.
  std::vector<VaultChange> take_changes();

 private:
  struct Part {
    int failures = 0;
    std::chrono::steady_clock::time_point since{};
    bool down = false;
  };
  bool any_down() const { return parts_[0].down || parts_[1].down; }

  const Now now_;
  mutable std::mutex mutex_;
  std::array<Part, 2> parts_;
  std::string cause_;
  bool reached_ = false;
  std::uint64_t count_ = 0;
  std::vector<VaultChange> changes_;
};

}  // namespace gatehouse::adapters::keys
