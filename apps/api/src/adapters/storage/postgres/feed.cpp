#include "adapters/storage/postgres/feed.hpp"

#include <deque>

#include <fmt/format.h>

#include "auth/crypto/random.hpp"
#include "auth/encoding.hpp"

namespace gatehouse::adapters::postgres {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr sql::Statement kNotifyFeed{"fence.notify", "SELECT pg_notify(?1, ?2)"};
constexpr std::string_view kInvalidations = "identity_invalidations";
constexpr auto kAskEvery = 250ms;
constexpr auto kLostAfter = 1500ms;
constexpr auto kListenFor = 50ms;

ConnectSettings quick(ConnectSettings settings) {
  settings.connect_timeout = 2000ms;
  settings.statement_timeout = 1000ms;
  return settings;
}

class ListeningFeed final : public sql::InvalidationFeed {
 public:
  explicit ListeningFeed(const ConnectSettings& settings)
      : connection_(quick(settings)), channel_("identity_fence_" + auth::hex_encode(auth::random_bytes(8))) {
    connection_.wait_at_most(kLostAfter);
    connection_.run_script(fmt::format("LISTEN {}; LISTEN {}", kInvalidations, channel_));
  }

  std::optional<Moment> listen(ports::SessionMap& map) override {
    ask();
    std::optional<Moment> proof;
    for (const Notification& heard : connection_.notifications(kListenFor)) {
      if (heard.channel == channel_) {
        if (const auto asked = proven_by(heard.payload)) proof = asked;
      } else if (heard.channel == kInvalidations) {
        drop(map, heard.payload);
      }
    }
    if (!asked_.empty() && Clock::now() > asked_.front().at + kLostAfter) {
      throw sql::DatabaseError(sql::DatabaseErrorKind::unavailable, "fence: own notifications are not heard");
    }
    return proof;
  }

  std::chrono::milliseconds rest() const override { return 0ms; }

 private:
  struct Question {
    std::string number;
    Moment at;
  };

  void ask() {
    const Moment now = Clock::now();
    if (now < next_ask_) return;
    next_ask_ = now + kAskEvery;
    asked_.push_back({std::to_string(++count_), now});
    connection_.query(kNotifyFeed, {channel_, asked_.back().number});
  }

  /// When this number was sent; those before it are answered by it as well.
  std::optional<Moment> proven_by(const std::string& number) {
    while (!asked_.empty()) {
      const Question question = asked_.front();
      asked_.pop_front();
      if (question.number == number) return question.at;
    }
    return std::nullopt;
  }

  static void drop(ports::SessionMap& map, std::string_view payload) {
    constexpr std::string_view kSession = "session:";
    constexpr std::string_view kUser = "user:";
    if (payload.starts_with(kSession)) {
      map.drop_session(domain::SessionId(std::string(payload.substr(kSession.size()))));
    } else if (payload.starts_with(kUser)) {
      map.drop_user(domain::UserId(std::string(payload.substr(kUser.size()))));
    } else {
      map.drop_all();  // "all", and whatever a newer release says
    }
  }

  PgConnection connection_;
  std::string channel_;
  std::deque<Question> asked_;
  std::uint64_t count_ = 0;
  Moment next_ask_{};
};

}  // namespace

std::unique_ptr<sql::InvalidationFeed> make_feed(const ConnectSettings& settings) {
  return std::make_unique<ListeningFeed>(settings);
}

}  // namespace gatehouse::adapters::postgres
