#include "adapters/storage/sqlite/feed.hpp"

#include "adapters/storage/sqlite/connection.hpp"

namespace gatehouse::adapters::sqlite {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr sql::Statement kVersion{"fence.version", "PRAGMA data_version"};
constexpr sql::Statement kNewest{"fence.newest", "SELECT coalesce(max(position), 0) FROM session_invalidations"};
constexpr sql::Statement kNewer{
    "fence.newer",
    "SELECT position, session_id, user_id FROM session_invalidations WHERE position > ?1 ORDER BY position LIMIT ?2"};
// Beyond that it is cheaper to begin anew than to drop one by one.
constexpr int kMostAtOnce = 1000;

class FileFeed final : public sql::InvalidationFeed {
 public:
  explicit FileFeed(const SqliteOptions& options)
      : connection_(options.path, Access::read_only, 200ms),
        version_(connection_.query(kVersion, {}).front().integer(0)),
        position_(connection_.query(kNewest, {}).front().integer(0)) {}

  std::optional<Moment> listen(ports::SessionMap& map) override {
    const Moment asked = Clock::now();
    const std::int64_t version = connection_.query(kVersion, {}).front().integer(0);
    if (version != version_) {
      drop_new(map);
      version_ = version;
    }
    return asked;
  }

  std::chrono::milliseconds rest() const override { return 100ms; }

 private:
  void drop_new(ports::SessionMap& map) {
    const sql::Rows rows = connection_.query(kNewer, {position_, kMostAtOnce});
    if (rows.size() == kMostAtOnce) {
      map.drop_all();
      position_ = connection_.query(kNewest, {}).front().integer(0);
      return;
    }
    for (const sql::Row& row : rows) {
      if (const auto session = row.optional_id<domain::SessionId>(1)) map.drop_session(*session);
      if (const auto user = row.optional_id<domain::UserId>(2)) map.drop_user(*user);
      position_ = row.integer(0);
    }
  }

  SqliteConnection connection_;
  std::int64_t version_;
  std::int64_t position_;
};

class MemoryFeed final : public sql::InvalidationFeed {
 public:
  std::optional<Moment> listen(ports::SessionMap&) override { return Clock::now(); }
  std::chrono::milliseconds rest() const override { return 100ms; }
};

}  // namespace

std::unique_ptr<sql::InvalidationFeed> make_feed(const SqliteOptions& options) {
  if (options.path == ":memory:") return std::make_unique<MemoryFeed>();
  return std::make_unique<FileFeed>(options);
}

}  // namespace gatehouse::adapters::sqlite
